using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Placement;

/// <summary>What each capture by itself said of its transmissions.</summary>
internal sealed class ToldFates
{
    private readonly Dictionary<(int Capture, int Flow, bool FromClient), long> duplicated;
    private readonly HashSet<(int Capture, int Flow)> connections;

    /// <summary>Sorts the fates.</summary>
    public ToldFates(FactSet facts)
    {
        connections = [.. facts.Of<SegmentFate>().Where(f => f.Fate != Fate.Delivered).Select(f => (f.Capture, f.Flow))];
        Doubted = Frames(facts, Fate.LostAfter, Fate.Unknown);
        Looped = Frames(facts, Fate.Looped);
        duplicated = facts.Of<SegmentFate>().Where(f => f.Fate == Fate.Duplicated).GroupBy(f => (f.Capture, f.Flow, f.FromClient)).ToDictionary(g => g.Key, g => g.LongCount());
    }

    /// <summary>Transmissions whose capture holds them lost or cannot tell.</summary>
    public HashSet<FrameAt> Doubted { get; }

    /// <summary>Transmissions that their capture saw again and again.</summary>
    public HashSet<FrameAt> Looped { get; }

    /// <summary>A capture says of the connection that not every transmission simply went by.</summary>
    public bool Tells(Sighting sighting) => sighting.HasFates && connections.Contains((sighting.Capture, sighting.FlowNumber));

    /// <summary>Datagrams that came by a place once more; the second reading leaves copies out.</summary>
    public long Duplicated(Sighting sighting, bool fromClient) => duplicated.GetValueOrDefault((sighting.Capture, sighting.FlowNumber, fromClient));

    private static HashSet<FrameAt> Frames(FactSet facts, params Fate[] fates) =>
        [.. facts.Of<SegmentFate>().Where(f => fates.Contains(f.Fate) && f.From.Frame is not null).Select(f => new FrameAt(f.Capture, f.From.Frame!.Value))];
}
