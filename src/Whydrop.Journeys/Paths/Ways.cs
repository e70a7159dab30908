using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Paths;

/// <summary>Which captures a packet should come by, or have come by, that saw nothing of its connection.</summary>
internal sealed class Ways
{
    private readonly CaseFlows flows;
    private readonly LearntPaths learnt;
    private readonly AddressOwners owners;
    private readonly LinkPeers peers;
    private readonly RoutedPath routes;
    private readonly CaptureFilters filters;

    /// <summary>Prepares.</summary>
    public Ways(CaseFlows flows, FactSet facts, LearntPaths learnt, AddressOwners owners)
    {
        (this.flows, this.learnt, this.owners) = (flows, learnt, owners);
        peers = new LinkPeers(facts);
        routes = new RoutedPath(facts, owners, peers);
        filters = new CaptureFilters(flows, facts);
    }

    /// <summary>Captures from the nearest on.</summary>
    /// <param name="beyond">Towards the receiver; else towards the sender.</param>
    public List<ExpectedStop> Stops(in Addressing packet, bool beyond)
    {
        var here = flows.Summary(packet.Capture);
        var found = new List<ExpectedStop>();
        foreach (var (capture, changed, count, total) in Learnt(packet, beyond))
        {
            if (flows.Summary(capture) is { } summary)
            {
                found.Add(count == total
                    ? new ExpectedStop(summary, true, !changed, $"all {total} complete connections with the same ends came by there") { Plain = true }
                    : new ExpectedStop(summary, false, !changed, $"only {count} of {total} complete connections with the same ends came by there"));
            }
        }

        if (here is not null)
        {
            Merge(found, Routed(here, packet, beyond));
            Merge(found, Owned(here, packet, beyond));
        }

        return found;
    }

    /// <summary>Why a capture that saw something of the connection must have seen this packet too; null when that is not known.</summary>
    public string? Sure(in Addressing packet, int capture, bool beyond) =>
        Stops(packet, beyond).Find(s => s.Sure && s.Capture.Capture == capture)?.Why;

    private List<(int Capture, bool Changed, int Count, int Total)> Learnt(in Addressing packet, bool beyond)
    {
        var tally = learnt.Find(packet, beyond);
        return tally is null ? [] : [.. tally.Stops.Select(s => (s.Capture, s.Changed, s.Count, tally.Total))];
    }

    private List<ExpectedStop> Routed(CaptureSummary here, Addressing packet, bool beyond) =>
        beyond
            ? [.. routes.Way(here.At, packet).SelectMany(hop => On(here, hop.At).Select(c =>
                new ExpectedStop(c, hop.Sure && filters.Keeps(c.Capture, packet), hop.Wrapped, hop.Sure ? Kept(c, packet, hop.Why) : hop.Why)))]
            : [];

    /// <summary>The ends of the tunnel, then of the connection. Where the packet is at its end already, it goes no further.</summary>
    private IEnumerable<ExpectedStop> Owned(CaptureSummary here, Addressing packet, bool beyond)
    {
        foreach (var address in new[] { beyond ? packet.OuterDestination : packet.OuterSource, (beyond ? packet.Destination : packet.Source).Address })
        {
            if (address is null || owners.Of(address) is not { } owner || owner.Stack == here.At.Stack)
            {
                continue;
            }

            // The host's end of its cable comes first, whichever way the packet goes.
            foreach (var capture in (peers.Of(owner) is { } port ? On(here, port) : []).Concat(On(here, owner)))
            {
                yield return new ExpectedStop(
                    capture, filters.Keeps(capture.Capture, packet), address.Equals(beyond ? packet.OuterDestination : packet.OuterSource), Kept(capture, packet, $"{address} is the address of {owner}"));
            }
        }
    }

    private string Kept(CaptureSummary capture, in Addressing packet, string why) =>
        filters.Keeps(capture.Capture, packet) ? why
        : capture.Frames == 0 ? $"the capture at {capture.At} holds no frame, so nothing says when it ran and what it would have kept"
        : $"the capture at {capture.At} may have had a filter: it shows no packet of the kind";

    /// <summary>Captures of an interface, or of all interfaces of its stack.</summary>
    private IEnumerable<CaptureSummary> On(CaptureSummary here, VantagePoint place) =>
        flows.Summaries.Where(c => c.Capture != here.Capture && c.At.Stack == place.Stack
            && (c.At.Interface == place.Interface || (c.At.Interface is null && c.AnyDevice)));

    /// <summary>Puts what is new in front of the known stop that follows it, else at the end.</summary>
    public static void Merge(List<ExpectedStop> found, IEnumerable<ExpectedStop> more)
    {
        var waiting = new List<ExpectedStop>();
        foreach (var stop in more)
        {
            var known = found.FindIndex(s => s.Capture.Capture == stop.Capture.Capture);
            if (known < 0)
            {
                waiting.Add(stop);
                continue;
            }

            if (stop.Sure && !found[known].Sure)
            {
                found[known] = stop;
            }

            found.InsertRange(known, waiting);
            waiting.Clear();
        }

        found.AddRange(waiting);
    }
}
