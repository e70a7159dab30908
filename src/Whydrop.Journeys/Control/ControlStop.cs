using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Paths;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Control;

/// <summary>What one direction of a connection said at one place to open and end it.</summary>
internal sealed class ControlStop
{
    /// <summary>Picks the control segments out of the trail.</summary>
    /// <param name="fromClient">Direction in the words of this sighting.</param>
    public ControlStop(Sighting sighting, bool fromClient)
    {
        (Sighting, FromClient) = (sighting, fromClient);
        var times = new Dictionary<(ControlKind, uint), int>();
        for (var i = 0; i < Trail.Count; i++)
        {
            if (KindOf(Trail[i]) is not { } kind)
            {
                continue;
            }

            var position = Trail[i].Sequence + (kind == ControlKind.Fin ? (uint)Trail[i].Length : 0);
            var number = times[(kind, position)] = times.GetValueOrDefault((kind, position)) + 1;
            Records.Add(new ControlRecord(i, kind, position, number));
        }
    }

    /// <summary>The connection there.</summary>
    public Sighting Sighting { get; }

    /// <summary>Direction in the words of this sighting.</summary>
    public bool FromClient { get; }

    /// <summary>All segments of the direction.</summary>
    public SegmentTrail Trail => Sighting.Trail(FromClient);

    /// <summary>Those that open or end the connection, in capture order.</summary>
    public List<ControlRecord> Records { get; } = [];

    /// <summary>Place.</summary>
    public VantagePoint At => Sighting.At;

    /// <summary>Capture.</summary>
    public int Capture => Sighting.Capture;

    /// <summary>How its packets are addressed there.</summary>
    public Addressing Addressing => Addressing.Of(Sighting.Flow, FromClient);

    /// <summary>The other end said that it had it, as heard here; null when all it said is RST. Nothing answers a RST.</summary>
    public bool? Answered(in ControlRecord record)
    {
        var refused = false;
        if (record.Kind == ControlKind.Reset)
        {
            return false;
        }

        foreach (ref readonly var answer in Sighting.Trail(!FromClient).Records)
        {
            if (answer.Has(SegmentTraits.Acknowledges) && (int)(answer.Acknowledgment - (record.Position + 1)) >= 0)
            {
                if (!answer.Has(SegmentTraits.Reset))
                {
                    return true;
                }

                refused = true;
            }
        }

        return refused ? null : false;
    }

    private static ControlKind? KindOf(in SegmentRecord record) =>
        record.Has(SegmentTraits.Reset) ? ControlKind.Reset
        : record.Has(SegmentTraits.Syn) ? record.Has(SegmentTraits.Acknowledges) ? ControlKind.SynAck : ControlKind.Syn
        : record.Has(SegmentTraits.Fin) ? ControlKind.Fin
        : null;
}
