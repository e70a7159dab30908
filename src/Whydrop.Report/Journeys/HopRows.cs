using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>Adds the hops of all connections up by stops and direction.</summary>
internal sealed class HopRows
{
    /// <summary>In place of a stop before the first or beyond the last, of what travels in the listed order.</summary>
    private const int None = -1;

    /// <summary>The same of what travels back.</summary>
    private const int NoneBack = -2;

    private readonly JourneyChains chains;
    private readonly PathStops stops;
    private readonly IReadOnlyList<JourneyStop> all;
    private readonly Dictionary<(int From, int To), HopTotal> totals = [];
    private readonly Dictionary<(int From, int To), Missing> missing = [];
    private readonly HashSet<int> dropping;

    /// <summary>Adds up.</summary>
    public HopRows(FactSet facts, JourneyChains chains, PathStops stops)
    {
        (this.chains, this.stops, all) = (chains, stops, stops.All);
        // What such a capture did not show may have come by there, and died further on.
        dropping = [.. facts.Of<CaptureSummary>().Where(c => c.KernelDrops > 0 || c.AckedUnseenSegments > 0).Select(c => c.Capture)];
        var placed = facts.Of<SegmentPlacement>().Select(p => (p.Capture, p.Flow)).ToHashSet();
        var counted = new HashSet<(int, int, bool, int, int?)>();
        foreach (var hop in facts.Of<HopSummary>().Where(h => chains.IsShown(h.Capture, h.Flow)))
        {
            if (stops.Of(hop.Capture, hop.Flow) is { } from && stops.Of(hop.OtherCapture, hop.OtherFlow) is { } to)
            {
                Total(from, to).Add(hop, chains.Connection(hop.Capture, hop.Flow));
                if (placed.Contains((hop.Capture, hop.Flow)))
                {
                    counted.Add((hop.Capture, hop.Flow, hop.FromClient, hop.OtherCapture, hop.OtherFlow));
                }
            }
        }

        foreach (var together in chains.Together)
        {
            foreach (var hop in together.Hops)
            {
                Total(stops.Of(hop.Capture, hop.Flow)!, stops.Of(hop.OtherCapture, hop.OtherFlow)!).AddTogether(hop, together.Connections);
            }
        }

        foreach (var p in facts.Of<SegmentPlacement>().Where(p => chains.IsShown(p.Capture, p.Flow) && !counted.Contains((p.Capture, p.Flow, p.FromClient, p.MissingCapture, p.MissingFlow))))
        {
            Add(stops.Of(p.Capture, p.Flow)?.Order, stops.Missed(p.MissingCapture, p.MissingFlow, p.MissingEncapsulation?.Split(' ')[0])?.Order, (p.Capture, p.Flow))?.Take(p.AbsenceProven, p.Length);
        }

        foreach (var p in facts.Of<ControlPlacement>().Where(p => chains.IsShown(p.Capture, p.Flow)))
        {
            Add(stops.Of(p.Capture, p.Flow)?.Order, stops.Missed(p.MissingCapture, p.MissingFlow, null)?.Order, (p.Capture, p.Flow))?.TakeControl(p.AbsenceProven);
        }

        AddEnds(facts);
        Rows = [.. totals.Keys.Union(missing.Keys).Select(Row).OrderBy(r => r.Path).ThenByDescending(r => r.Forward).ThenBy(Order)];
    }

    /// <summary>By path; first all of the listed order, then those back.</summary>
    public IReadOnlyList<JourneyHop> Rows { get; }

    private HopTotal Total(JourneyStop from, JourneyStop to) =>
        totals.TryGetValue((from.Order, to.Order), out var total) ? total : totals[(from.Order, to.Order)] = new HopTotal();

    private Missing? Add(int? from, int? to, (int Capture, int Flow) sighting)
    {
        if (from is not { } f || to is not { } t || f == t)
        {
            return null;
        }

        var row = missing.TryGetValue((f, t), out var known) ? known : missing[(f, t)] = new Missing();
        row.Connections.Add(chains.Connection(sighting.Capture, sighting.Flow));
        return row;
    }

    /// <summary>What the first stop of a direction never saw, and what died behind its last one, as the captures there say by themselves.</summary>
    private void AddEnds(FactSet facts)
    {
        var fates = facts.Of<SegmentFate>().Where(f => f.Fate is Fate.LostBefore or Fate.LostAfter).ToLookup(f => (f.Capture, f.Flow));
        var swapped = facts.Of<FlowPairing>().Where(p => p.RolesSwapped).Select(p => (p.Capture, p.Flow, p.OtherCapture, p.OtherFlow)).ToHashSet();
        foreach (var chain in chains.Shown.Where(c => c.Count > 1 && (fates.Contains(c[0]) || fates.Contains(c[^1]))))
        {
            var turned = false;
            for (var i = 0; i + 1 < chain.Count; i++)
            {
                turned ^= swapped.Contains((chain[i].Capture, chain[i].Flow, chain[i + 1].Capture, chain[i + 1].Flow));
            }

            var along = stops.Of(chain[0].Capture, chain[0].Flow)?.Order < stops.Of(chain[^1].Capture, chain[^1].Flow)?.Order;
            foreach (var fate in fates[chain[0]])
            {
                AddEnd(fate, sender: fate.FromClient, fate.FromClient == along, chain[0]);
            }

            foreach (var fate in fates[chain[^1]])
            {
                AddEnd(fate, sender: fate.FromClient == turned, fate.FromClient != turned == along, chain[^1]);
            }
        }
    }

    /// <param name="sender">The stop is the one nearest to the sender; else the one nearest to the receiver.</param>
    private void AddEnd(SegmentFate fate, bool sender, bool forward, (int Capture, int Flow) sighting)
    {
        if (sender == (fate.Fate == Fate.LostBefore) && stops.Of(sighting.Capture, sighting.Flow) is { } stop)
        {
            var none = forward ? None : NoneBack;
            Add(sender ? none : stop.Order, sender ? stop.Order : none, sighting)?.Take(fate.Proven && !(fate.Fate == Fate.LostBefore && dropping.Contains(fate.Capture)), fate.Length);
        }
    }

    private JourneyHop Row((int From, int To) hop)
    {
        var measured = totals.GetValueOrDefault(hop) ?? new HopTotal();
        var also = missing.GetValueOrDefault(hop) ?? new Missing();
        JourneyStop? from = hop.From < 0 ? null : all[hop.From], to = hop.To < 0 ? null : all[hop.To];
        var path = (from ?? to)!.Path;
        var forward = from is null || to is null ? Math.Min(hop.From, hop.To) == None : from.Order < to.Order;
        return new JourneyHop(from, to, path, forward, measured.Hops > 0 || from is null || to is null || Math.Abs(from.Order - to.Order) == 1)
        {
            Connections = measured.Connections.Count + measured.Together + also.Connections.Count(c => !measured.Connections.Contains(c)),
            SegmentsIn = measured.SegmentsIn + also.Lost + also.Unproven,
            SegmentsOut = measured.SegmentsOut,
            Lost = measured.Lost + also.Lost,
            Unknown = measured.Unproven + also.Unproven,
            BytesIn = measured.BytesIn + also.Bytes,
            BytesOut = measured.BytesOut,
            BytesLost = measured.BytesLost + also.BytesLost,
            Delayed = measured.Delayed,
            Late = measured.Late,
            Duplicated = measured.Duplicated,
            Looped = measured.Looped,
            ControlLost = also.ControlLost,
            ControlUnknown = also.ControlUnproven,
            Delay = measured.Delay,
        };
    }

    private static (int, int) Order(JourneyHop hop)
    {
        var (before, beyond) = hop.Forward ? (int.MinValue, int.MaxValue) : (int.MaxValue, int.MinValue);
        var (from, to) = (hop.From?.Order ?? before, hop.To?.Order ?? beyond);
        return hop.Forward ? (from, to) : (~from, ~to);
    }

    private sealed class Missing
    {
        public HashSet<int> Connections { get; } = [];

        public long Lost { get; private set; }

        public long Unproven { get; private set; }

        public long Bytes { get; private set; }

        public long BytesLost { get; private set; }

        public long ControlLost { get; private set; }

        public long ControlUnproven { get; private set; }

        public void Take(bool proven, int length)
        {
            (Lost, Unproven) = proven ? (Lost + 1, Unproven) : (Lost, Unproven + 1);
            Bytes += length;
            BytesLost += proven ? length : 0;
        }

        public void TakeControl(bool proven) => (ControlLost, ControlUnproven) = proven ? (ControlLost + 1, ControlUnproven) : (ControlLost, ControlUnproven + 1);
    }
}
