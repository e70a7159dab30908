using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Tunnel;

/// <summary>One fragment of a datagram is lost, and with it the whole datagram.</summary>
internal sealed class FragmentLoss : FaultOf<FragmentLoss.Pieces>
{
    public override string Id => "fragment-loss";

    public override string Name => "Fragments are lost or not reassembled";

    public override FaultLayer Layer => FaultLayer.Tunnel;

    public override string UserSees => "Large UDP or tunnelled packets never arrive, small ones do.";

    public override string Mechanism =>
        "A datagram is cut into fragments on its way, often a wrapped one by the encapsulating node. Firewalls, cloud fabrics, load balancers or a full reassembly memory drop single fragments; "
        + "the receiver waits 30 s (ipfrag_time) for the missing piece and drops the rest.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("pmtu-blackhole", "There the datagram is dropped whole because of DF: no fragment is ever seen."),
        new("capture-kernel-drops", "There the capture lost the piece, not the network."),
    ];

    public override string Remedy =>
        "Avoid fragments: set the MTU of the overlay so that wrapped datagrams fit. Where they must be, let fragments pass the firewall or fabric, and raise net.ipv4.ipfrag_high_thresh and "
        + "net.ipv4.ipfrag_max_dist on the receiver when its memory is the limit.";

    public override string Verify => "ReasmFails and ReasmTimeout of the receiver stay as they are under the same load; better, ReasmReqds too.";

    public override IReadOnlyList<string> References =>
    [
        "RFC 8900 (IP fragmentation considered fragile)", "net/ipv4/ip_fragment.c ip_expire", "https://github.com/cilium/cilium/issues/46100",
    ];

    protected override IEnumerable<QuestionOf<Pieces>> Ask() =>
    [
        new("Were datagrams left incomplete, more than one in a hundred?", Quantifier.Any, QuestionRole.Signature, LeftIncomplete),
        new("Was a fragment seen in one place and missing in the next, or all of them and never the datagram they make?", Quantifier.Any, QuestionRole.Mechanism, PieceDied),
        new("Is the capture itself complete?", Quantifier.All, QuestionRole.Discriminator, CaptureComplete, "capture-kernel-drops"),
        new("Are the lost datagrams of a kind that may be fragmented?", Quantifier.Any, QuestionRole.Discriminator, MayBeCut, "pmtu-blackhole"),
        new("Did the sending side make fragments?", Quantifier.Any, QuestionRole.Support, Made),
    ];

    // The kernel counts late duplicates as failures as well; one in a hundred is above what they make.
    private const double TooMany = 0.01;

    // The beginning and the end of a capture each cut one datagram of a pair of addresses.
    private const long Beyond = 3;

    // The worst pairs of a capture stand for the others.
    private const int MostPairs = 3;

    protected override IEnumerable<Pieces> Propose(CaseView view)
    {
        var stacks = view.Facts.Of<CounterDelta>().Where(d => d.Name is "Ip.ReasmReqds" or "Ip.ReasmFails" or "Ip6.ReasmReqds" or "Ip6.ReasmFails").Select(d => d.At).Distinct().ToArray();
        foreach (var stack in stacks.Where(s => view.LostSegments > 0 || Failed(view, s) > 0))
        {
            yield return new Pieces(
                view, Scope.Of(stack), stack, null, [.. Covered(view, view.Facts.Of<FragmentTally>().Where(t => t.At.Stack == stack)).Concat(NotUnwrapped(view, stack)).Distinct()]);
        }

        foreach (var tally in view.Facts.Of<FragmentTally>().Where(t => t.Datagrams > t.Complete)
            .GroupBy(t => t.Capture).SelectMany(g => g.OrderByDescending(t => t.Datagrams - t.Complete).Take(MostPairs)))
        {
            yield return new Pieces(view, Scope.Of(tally.At), tally.At.Stack, tally, Covered(view, [tally]));
        }

        // From the sender's side: what left in fragments, all of them, is what never arrives; no other place saw any.
        foreach (var left in view.Facts.Of<FragmentTally>().Where(t => t.Datagrams >= Beyond && t.Complete == t.Datagrams)
            .GroupBy(t => (t.Source, t.Destination)).Where(g => g.All(t => t.At.Stack == g.First().At.Stack)).Select(g => g.First()))
        {
            Loss[] lost = [.. view.Steps.SelectMany(s => s.Losses).Where(l => l.LastSeen?.Stack == left.At.Stack && l.DatagramLength < left.LargestReassembled && Wrapped(view, l, [(left.Source, left.Destination)]))];
            if (lost.Length >= Beyond && left.Complete >= lost.Length)
            {
                yield return new Pieces(view, Scope.Of(left.At), left.At.Stack, null, lost) { Left = left };
            }
        }
    }

    protected override string Summarise(Pieces p) => p.Left is { } gone
        ? $"{p.Losses.Count} segments that left {p.Scope} in fragments, to {gone.Destination}, never arrived; what fits into one piece does."
        : p.Tally is { } t
        ? $"{t.Datagrams - t.Complete} of {t.Datagrams} fragmented datagrams from {t.Source} to {t.Destination} reach {p.Scope} incomplete."
        : Reassembly.Shortfalls(p.View, p.Stack).FirstOrDefault() is { } left
            ? $"{left.Missing} datagrams came to {p.Scope} in fragments and were not put together there: {left.Text}."
            : Failed(p.View, p.Stack) == 0 && NotUnwrapped(p.View, p.Stack).Count() is > 0 and var cut ? $"{cut} datagrams came to {p.Scope} in fragments and were not put together there."
            : $"{Failed(p.View, p.Stack)} reassemblies failed on {p.Scope}: pieces of datagrams sent to it are lost.";

    protected override IEnumerable<NextEvidence> Next(Pieces p)
    {
        var watch = TimeSpan.FromSeconds(60);
        const string filter = "ip[6:2] & 0x3fff != 0 or ip6 proto 44";
        var device = p.Scope.Interface ?? p.View.Captures.FirstOrDefault(c => c.At.Stack == p.Stack)?.At.Interface ?? "DEVICE";
        yield return new NextEvidence(p.Stack with { Interface = device == "DEVICE" ? null : device }, $"timeout 60 tcpdump -ni {device} -s 128 -w {p.Stack.Node ?? "receiver"}-fragments.pcap '{filter}'", watch, "which pieces arrive");
        yield return new NextEvidence(VantagePoint.Unknown, $"timeout 60 tcpdump -ni DEVICE -s 128 -w sender-fragments.pcap '{filter}'", watch, "which pieces the sending node sends, on its uplink, at the same time");
    }

    private static long Failed(CaseView view, VantagePoint stack) =>
        (view.Delta(stack, "Ip.ReasmFails")?.Delta ?? 0) + (view.Delta(stack, "Ip6.ReasmFails")?.Delta ?? 0);

    /// <summary>
    /// Came wrapped, and its fragments with it, and never left the tunnel there: the kernel did not put them together. Where connection tracking does that first
    /// (net/ipv6/netfilter/nf_conntrack_reasm.c) no counter of IP knows of it: then smaller ones, that were not cut, must have left the tunnel.
    /// </summary>
    private static IEnumerable<Loss> NotUnwrapped(CaseView view, VantagePoint stack) => view.Losses.Where(l =>
        l.Placement is { AbsenceProven: true } p && p.At.Stack == stack && p.MissingAt.Stack == stack && p.MissingEncapsulation is null
        && (Reassembly.Shortfalls(view, stack).Any() || p.LargestPassed < p.DatagramLength)
        && Encapsulation.Ends(view.Flow(new FlowKey(p.Capture, p.Flow))?.Encapsulation) is { } ends
        && view.Facts.Of<FragmentTally>().Any(t => t.Capture == p.Capture && t.Datagrams > 0
            && ((t.Source.Equals(ends.Source) && t.Destination.Equals(ends.Destination)) || (t.Source.Equals(ends.Destination) && t.Destination.Equals(ends.Source)))));

    /// <summary>Lost transmissions that travelled between the same two addresses, in fragments: wrapped by a tunnel between them, or themselves without DF.</summary>
    private static Loss[] Covered(CaseView view, IEnumerable<FragmentTally> tallies)
    {
        var ends = tallies.Where(t => t.Datagrams > t.Complete).Select(t => (t.Source, t.Destination)).ToHashSet();
        return ends.Count == 0 ? [] : [.. view.Losses.Where(l => Wrapped(view, l, ends) || (l.DontFragment == false && Between(view, l, ends)))];
    }

    private static bool Wrapped(CaseView view, Loss loss, HashSet<(IPAddress, IPAddress)> ends) =>
        view.Connections.Sightings(loss.Direction.Connection).Select(k => Encapsulation.Ends(view.Flow(k)?.Encapsulation)).OfType<(IPAddress Source, IPAddress Destination)>()
            .Any(e => ends.Contains((e.Source, e.Destination)) || ends.Contains((e.Destination, e.Source)));

    private static bool Between(CaseView view, Loss loss, HashSet<(IPAddress, IPAddress)> ends) =>
        view.Flow(new FlowKey(loss.Fate.Capture, loss.Fate.Flow)) is { } f
        && ends.Contains(loss.Fate.FromClient ? (f.Client.Address, f.Server.Address) : (f.Server.Address, f.Client.Address));

    private static IEnumerable<Sighting> LeftIncomplete(Pieces p)
    {
        if (p.Tally is { } tally)
        {
            var missing = tally.Datagrams - tally.Complete;
            var text = $"{missing} of {tally.Datagrams} from {tally.Source} to {tally.Destination}";
            var example = tally.From with { Frame = tally.IncompleteExample ?? tally.From.Frame };
            yield return missing < Beyond ? Sighting.Unknown(text + ", which the ends of the capture may cut", example) : Sighting.Of(missing > tally.Datagrams * TooMany, text, example);
            yield break;
        }

        if (p.Left is { } gone)
        {
            yield return Sighting.Of(true, $"{p.Losses.Count} segments above one size, among {gone.Complete} datagrams that left in fragments; none of that size arrived", gone.From);
            yield break;
        }

        foreach (var left in Reassembly.Shortfalls(p.View, p.Stack))
        {
            yield return Sighting.Of(left.Missing > left.Of * TooMany, left.Text, left.Evidence);
        }

        if (NotUnwrapped(p.View, p.Stack).ToArray() is { Length: >= (int)Beyond } cut)
        {
            yield return Sighting.Of(true, $"{cut.Length} came in fragments and never left the tunnel", [.. cut.Take(12).Select(l => l.Placement!.From)]);
        }

        foreach (var ip in new[] { "Ip", "Ip6" })
        {
            if (p.View.Delta(p.Stack, ip + ".ReasmFails") is not { } fails)
            {
                // Fragments of the other IP version say nothing of this one's.
                yield return Sighting.Unknown($"{ip}.ReasmFails was not read twice");
                continue;
            }

            var asked = p.View.Delta(p.Stack, ip + ".ReasmReqds");
            var text = asked is { } a ? $"{ip}.ReasmFails +{fails.Delta} of ReasmReqds +{a.Delta}" : $"{ip}.ReasmFails +{fails.Delta}";

            // Those still waited for have not failed yet: no failure says something only when the others were put together.
            var settled = asked is { Delta: 0 } || (asked is { } all && p.View.Delta(p.Stack, ip + ".ReasmOKs") is { } whole && whole.Delta * 2 >= all.Delta);
            yield return fails.Delta == 0 ? settled ? Sighting.Of(false, text, fails.From) : Sighting.Unknown(text, fails.From)
                : asked is { Delta: > 0 } of ? Sighting.Of(fails.Delta > of.Delta * TooMany, text, fails.From, of.From)
                : Sighting.Unknown(text, fails.From);
        }

    }

    private static IEnumerable<Sighting> PieceDied(Pieces p)
    {
        if (p is { Tally: null, Left: null } && NotUnwrapped(p.View, p.Stack).FirstOrDefault() is { Placement: { } placement })
        {
            var left = Reassembly.Shortfalls(p.View, p.Stack).FirstOrDefault();
            yield return Sighting.Of(true, $"all pieces seen at {placement.At}, never put together at {placement.MissingAt}{(left is null ? "" : $": {left.Text}")}", [placement.From, .. left?.Evidence ?? []]);
        }

        var tallies = p.View.Facts.Of<FragmentTally>();
        foreach (var there in tallies.Where(t => t.At.Stack == p.Stack && t.Datagrams > t.Complete && Trustworthy(p.View, t.Capture)))
        {
            foreach (var before in tallies.Where(t => t.Capture != there.Capture && t.Source.Equals(there.Source) && t.Destination.Equals(there.Destination) && t.Protocol == there.Protocol
                && t.Complete == t.Datagrams && t.Complete > there.Complete))
            {
                yield return Sighting.Of(true, $"complete at {before.At}: {before.Complete}, at {there.At}: {there.Complete}", before.From, there.From);
            }
        }
    }

    private static bool Trustworthy(CaseView view, int capture) => view.Capture(capture) is { Complete: true, KernelDrops: 0 or null };

    private static IEnumerable<Sighting> CaptureComplete(Pieces p)
    {
        var captures = p.View.Facts.Of<FragmentTally>().Where(t => t.At.Stack == p.Stack).Select(t => t.Capture).Distinct().Select(p.View.Capture).OfType<CaptureSummary>();
        foreach (var capture in captures)
        {
            yield return capture.KernelDrops is > 0
                ? Sighting.Of(false, $"{capture.KernelDrops} frames lost by the capture at {capture.At}", capture.From)
                : Sighting.Of(capture.Complete, $"capture at {capture.At}", capture.From);
        }

        // What the kernel counts, no capture can lose.
        foreach (var left in Reassembly.Shortfalls(p.View, p.Stack).Where(_ => p.Tally is null))
        {
            yield return Sighting.Of(true, "counted by the kernel", left.Evidence);
        }

        if (p.View.Delta(p.Stack, "Ip.ReasmFails") is { Delta: > 0 } fails)
        {
            yield return Sighting.Of(true, "counted by the kernel", fails.From);
        }
    }

    private static IEnumerable<Sighting> MayBeCut(Pieces p) => p.View.Facts.Of<FragmentTally>().Where(t => t.At.Stack == p.Stack && t.Datagrams > 0)
        .Select(t => Sighting.Of(true, $"protocol {t.Protocol}, {t.Datagrams} arrived in pieces", t.From))
        .Concat(p.View.Delta(p.Stack, "Ip.ReasmReqds") is { Delta: > 0 } asked ? [Sighting.Of(true, $"{asked.Delta} fragments came in", asked.From)] : []);

    private static IEnumerable<Sighting> Made(Pieces p) => p.View.Facts.Of<CounterDelta>()
        .Where(d => (d.Name is "Ip.FragCreates" or "Ip6.FragCreates") && d.At != p.Stack)
        .Select(d => Sighting.Of(d.Delta > 0, $"{d.Name} of {d.At} +{d.Delta}", d.From));

    /// <summary>A network namespace that fragments reach, or one capture of them.</summary>
    internal sealed class Pieces(CaseView view, Scope scope, VantagePoint stack, FragmentTally? tally, IReadOnlyList<Loss> losses) : Hypothesis(view, scope)
    {
        internal VantagePoint Stack { get; } = stack;

        internal FragmentTally? Tally { get; } = tally;

        /// <summary>What left in fragments, seen by the sender's side alone.</summary>
        internal FragmentTally? Left { get; init; }

        internal override IReadOnlyList<Loss> Losses { get; } = losses;

        internal override bool Placed => Scope.Node is not null || Scope.Interface is not null;
    }
}
