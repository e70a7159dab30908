using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>
/// One direction of one connection of which every place saw the same segments with data in the order of the stream, each once, and no capture says otherwise.
/// Most are such: there is nothing to place, only to count and to time.
/// </summary>
internal static class PlainDirection
{
    /// <summary>Nothing jumps further in an ordinary stream.</summary>
    private const int LargestStep = 1 << 30;

    /// <summary>Recognises most of them; others show when every transmission is followed.</summary>
    /// <param name="chain">Sightings from the sender to the receiver.</param>
    /// <param name="fromClient">Direction in the words of the connection.</param>
    /// <param name="told">What each place by itself says of it.</param>
    public static bool Recognise(Connection connection, Sighting[] chain, bool fromClient, ToldFates told)
    {
        for (var i = 0; i < chain.Length; i++)
        {
            if (told.Tells(chain[i]) || !IsInOrder(Trail(i).Records))
            {
                return false;
            }

            for (var j = i + 1; j < chain.Length; j++)
            {
                if (connection.Match(chain[i], chain[j])?.Matches(fromClient != connection.IsSwapped(chain[i])) is not { Length: > 0 })
                {
                    return false;
                }
            }

            if (i > 0 && !HaveSameData(Trail(i - 1).Records, Trail(i).Records, connection.Match(chain[i - 1], chain[i])!.Shift(fromClient != connection.IsSwapped(chain[i - 1]))))
            {
                return false;
            }
        }

        return true;

        SegmentTrail Trail(int i) => chain[i].Trail(fromClient != connection.IsSwapped(chain[i]));
    }

    /// <summary>What each hop did to one that was recognised.</summary>
    /// <inheritdoc cref="Recognise"/>
    public static IEnumerable<HopSummary> Tell(Connection connection, Sighting[] chain, bool fromClient, ClockTable clocks)
    {
        for (var i = 0; i + 1 < chain.Length; i++)
        {
            var here = fromClient != connection.IsSwapped(chain[i]);
            var (tally, sender) = (new HopTally(), chain[i].Sender(here));
            Enter(tally, sender, chain[i].Trail(here).Records);

            yield return tally.Summary(connection.Match(chain[i], chain[i + 1])!, here, clocks);
        }
    }

    private static void Enter(HopTally tally, TcpSender sender, ReadOnlySpan<SegmentRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            tally.Enter(sender, record);
        }
    }

    /// <summary>No segment begins before the end of the one before it.</summary>
    private static bool IsInOrder(ReadOnlySpan<SegmentRecord> records)
    {
        for (var i = 1; i < records.Length; i++)
        {
            ref readonly var last = ref records[i - 1];
            if (records[i].Sequence - last.Sequence - (uint)last.SequenceLength > LargestStep)
            {
                return false;
            }
        }

        return true;
    }

    private static bool HaveSameData(ReadOnlySpan<SegmentRecord> before, ReadOnlySpan<SegmentRecord> beyond, uint shift)
    {
        const SegmentTraits Compared = SegmentTraits.Timestamp | SegmentTraits.FirstFragment;
        var j = 0;
        foreach (ref readonly var sent in before)
        {
            if (sent.SequenceLength == 0)
            {
                continue;
            }

            while (j < beyond.Length && beyond[j].SequenceLength == 0)
            {
                j++;
            }

            if (j == beyond.Length)
            {
                return false;
            }

            ref readonly var seen = ref beyond[j++];
            if (sent.Sequence + shift != seen.Sequence || sent.SequenceLength != seen.SequenceLength || sent.TsVal != seen.TsVal
                || (sent.Traits & Compared) != (seen.Traits & Compared) || sent.Has(SegmentTraits.FirstFragment))
            {
                return false;
            }
        }

        while (j < beyond.Length && beyond[j].SequenceLength == 0)
        {
            j++;
        }

        return j == beyond.Length;
    }
}
