using System.Net.Sockets;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Tunnel;

/// <summary>The ends agree on an MSS from their own MTUs, and nothing on the way lowers it to what a narrow device takes.</summary>
internal sealed class MssClampMissing : FaultOf<Narrowing>
{
    public override string Id => "mss-clamp-missing";

    public override string Name => "MSS not clamped to the narrow device";

    public override FaultLayer Layer => FaultLayer.Tunnel;

    public override string UserSees => "Large transfers hang on the one path that goes through a tunnel, a VPN or PPPoE; other paths work.";

    public override string Mechanism =>
        "Each end announces in its SYN the segment size its own device allows. A device between them takes less, and none lowers the announcement (MSS clamping). By itself "
        + "harmless: path MTU discovery would repair it. Where that is broken, it lets the black hole hurt.";

    public override bool Contributing => true;

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("pmtu-blackhole", "That is where the packets die; this is why they are sent so large. Both are cured by the clamp."),
    ];

    public override string Remedy =>
        "Clamp at the node with the narrow device, both directions: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu "
        + "(nft: tcp flags syn tcp option maxseg size set rt mtu).";

    public override string Verify => "Capture a SYN beyond the clamp: its MSS is at most the MTU of the narrow device less 40 (IPv6: 60).";

    public override IReadOnlyList<string> References => ["RFC 6691 (TCP options and MSS)", "RFC 2923 §2.1", "net/netfilter/xt_TCPMSS.c"];

    protected override IEnumerable<QuestionOf<Narrowing>> Ask() =>
    [
        new("Does the MSS the receiver announced allow datagrams larger than the narrow device?", Quantifier.Any, QuestionRole.Signature, Unclamped),
        new("Were datagrams of such a size lost?", Quantifier.Any, QuestionRole.Signature, LostAbove),
        new("Does the device forward for others, so that a clamp there would help?", Quantifier.Any, QuestionRole.Discriminator, SeenUnchanged, "pmtu-blackhole"),
    ];

    protected override IEnumerable<Narrowing> Propose(CaseView view) => view.Narrowings.Where(n => n.Losses.Count > 0 && n.Device?.Mtu is not null && !n.DiscoveryWorked);

    protected override string Summarise(Narrowing n)
    {
        var largest = Announced(n).Select(a => a.Mss + a.Headers).DefaultIfEmpty().Max();
        return $"The connections are opened for datagrams of {largest} bytes, {n.Scope} takes {n.Device!.Mtu}, and nothing before it lowers the MSS.";
    }

    protected override string RemedyFor(Narrowing n)
    {
        var headers = Announced(n).Select(a => a.Headers).DefaultIfEmpty(40).First();
        return $"{Remedy} Here: MSS {n.Device!.Mtu - headers} for what leaves by {n.Device.At.Interface}.";
    }

    private static IEnumerable<(int Mss, int Headers, Provenance From)> Announced(Narrowing n)
    {
        foreach (var key in n.Losses.Select(l => (Key: new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient)).Distinct())
        {
            // A sender keeps to what its peer announced.
            if (n.View.Flow(key.Key) is { } flow && (key.FromClient ? flow.FromServer : flow.FromClient).Mss is { } mss)
            {
                yield return (mss, flow.Client.AddressFamily == AddressFamily.InterNetworkV6 ? 60 : 40, flow.From);
            }
        }
    }

    private static IEnumerable<Sighting> Unclamped(Narrowing n) => Announced(n).Select(a =>
        Sighting.Of(a.Mss + a.Headers > n.Device!.Mtu, $"{a.Mss} + {a.Headers} {(a.Mss + a.Headers > n.Device.Mtu ? ">" : "<=")} {n.Device.Mtu}", a.From, n.Device.From));

    private static IEnumerable<Sighting> LostAbove(Narrowing n)
    {
        var text = $"{n.Losses.Count} of {n.SmallestLost} bytes or more";
        var sure = n.SeenToDie.Any() || n.Steps.Any(s => s.Repeated(n.View) && s.PathWasOpen(n.View));
        yield return new Sighting(sure ? Answer.Yes : Answer.Unknown, text, [.. n.Losses.Take(12).Select(l => l.From)]);
    }

    // Only a SYN captured on both sides of the device would tell; one capture sees one side.
    private static IEnumerable<Sighting> SeenUnchanged(Narrowing n)
    {
        foreach (var loss in n.SeenToDie.DistinctBy(l => l.Direction))
        {
            var before = n.View.Sender(new FlowKey(loss.Placement!.Capture, loss.Placement.Flow), !loss.Placement.FromClient)?.Mss;
            var direction = n.View.Connections.Direction(new FlowKey(loss.Placement.Capture, loss.Placement.Flow), !loss.Placement.FromClient);
            var beyond = new FlowKey(loss.Placement.MissingCapture, loss.Placement.MissingFlow ?? FlowKey.Unseen);
            if (n.View.Connections.Direction(beyond, true).Connection != direction.Connection
                || n.View.Sender(beyond, n.View.Connections.FromClient(beyond, direction))?.Mss is not { } there || before is not { } here)
            {
                continue;
            }

            yield return Sighting.Of(here == there, $"MSS {there} beyond it, {here} before it", loss.Placement.From);
        }
    }
}
