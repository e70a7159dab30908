using Whydrop.Tcp.Recording;

namespace Whydrop.Tcp;

/// <summary>Every segment of a capture by connection and direction, in capture order. It outlives the <see cref="TcpAnalysis"/>.</summary>
public sealed class RecordedSegments : IDisposable
{
    private readonly SegmentArea[] areas;

    /// <summary>Start and length of each run; those of one direction follow each other.</summary>
    private readonly (int Start, int Count)[] runs;

    /// <summary>First run of each direction, and at last their number.</summary>
    private readonly int[] firsts;

    /// <param name="flows">How many connections there are.</param>
    /// <param name="indexOf">Twice the index of the connection, and one for the server, of <see cref="SegmentRun.Direction"/>.</param>
    internal RecordedSegments(List<SegmentArea> areas, List<SegmentRun> runs, int flows, Func<int, int> indexOf)
    {
        this.areas = [.. areas];
        this.runs = new (int, int)[runs.Count];
        firsts = new int[(2 * flows) + 1];
        var indices = new int[runs.Count];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = indexOf((int)runs[i].Direction);
            firsts[indices[i] + 1]++;
        }

        for (var i = 1; i < firsts.Length; i++)
        {
            firsts[i] += firsts[i - 1];
        }

        // Stable: each goes behind those of its direction before it. Then every first stands where the next begins.
        for (var i = 0; i < indices.Length; i++)
        {
            this.runs[firsts[indices[i]]++] = (runs[i].Start, runs[i].Count);
        }

        for (var i = firsts.Length - 1; i > 0; i--)
        {
            firsts[i] = firsts[i - 1];
        }

        firsts[0] = 0;
    }

    private RecordedSegments(List<SegmentArea> areas, List<(int Start, int Count)> runs, int[] firsts) => (this.areas, this.runs, this.firsts) = ([.. areas], [.. runs], firsts);

    /// <summary>The same, each direction in one piece and behind those that opened before it; this one is left.</summary>
    /// <param name="spill">Where to; empty.</param>
    /// <exception cref="IOException">There is no room.</exception>
    internal RecordedSegments PutTogether(SegmentSpill spill)
    {
        var (together, pieces, begins) = (new List<SegmentArea>(), new List<(int Start, int Count)>(), new int[firsts.Length]);
        for (var index = 0; index + 1 < firsts.Length; index++)
        {
            var all = runs.AsSpan(firsts[index]..firsts[index + 1]);
            var count = 0;
            foreach (var run in all)
            {
                count += run.Count;
            }

            if (spill.Count > 0 && spill.Count + (long)count > 1 << SegmentRun.AreaShift)
            {
                together.Add(spill.Seal());
            }

            if (count > 0)
            {
                pieces.Add(((together.Count << SegmentRun.AreaShift) + spill.Count, count));
            }

            foreach (var run in all)
            {
                spill.Append(areas[run.Start >> SegmentRun.AreaShift].Slice(run.Start & ((1 << SegmentRun.AreaShift) - 1), run.Count));
            }

            begins[index + 1] = pieces.Count;
        }

        if (spill.Count > 0)
        {
            together.Add(spill.Seal());
        }

        return new RecordedSegments(together, pieces, begins);
    }

    /// <inheritdoc />
    public void Dispose() => Array.ForEach(areas, static a => a.Dispose());

    /// <summary>What one end of a connection sent, in pieces; not to be changed.</summary>
    /// <param name="flow">Number of the connection.</param>
    /// <param name="fromClient">By its client, else by its server.</param>
    /// <param name="piece">From 0.</param>
    /// <returns>Where it lies; none when there are no more pieces.</returns>
    public (SegmentArea Area, int Start, int Count) Of(int flow, bool fromClient, int piece)
    {
        var index = (2 * flow) + (fromClient ? 0 : 1);
        var run = firsts[index] + piece;
        return run < firsts[index + 1]
            ? (areas[runs[run].Start >> SegmentRun.AreaShift], runs[run].Start & ((1 << SegmentRun.AreaShift) - 1), runs[run].Count)
            : default;
    }
}
