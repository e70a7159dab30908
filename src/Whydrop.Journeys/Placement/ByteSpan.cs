namespace Whydrop.Journeys.Placement;

/// <summary>Sequence numbers from one up to, not including, another.</summary>
internal readonly record struct ByteSpan(long Start, long End)
{
    /// <summary>How many.</summary>
    public long Length => End - Start;

    /// <summary>What both have; empty when <see cref="Length"/> is not positive.</summary>
    public ByteSpan Intersect(ByteSpan other) => new(Math.Max(Start, other.Start), Math.Min(End, other.End));

    /// <summary>Takes one span out of a list of disjoint ones.</summary>
    public static void Subtract(List<ByteSpan> spans, ByteSpan taken)
    {
        for (var i = spans.Count - 1; i >= 0; i--)
        {
            var span = spans[i];
            if (span.Intersect(taken).Length <= 0)
            {
                continue;
            }

            spans.RemoveAt(i);
            if (taken.End < span.End)
            {
                spans.Insert(i, span with { Start = taken.End });
            }

            if (span.Start < taken.Start)
            {
                spans.Insert(i, span with { End = taken.Start });
            }
        }
    }
}
