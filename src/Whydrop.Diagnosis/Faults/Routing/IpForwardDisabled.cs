using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>A node that should forward does not: forwarding is switched off.</summary>
internal sealed class IpForwardDisabled : FaultOf<DroppedAt>
{
    public override string Id => "ip-forward-disabled";

    public override string Name => "Forwarding switched off";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "All pods of a node are cut off, the node itself answers; often after hardening or a change by a network service.";

    public override string Mechanism => "With net.ipv4.ip_forward=0 (IPv6: net.ipv6.conf.all.forwarding=0) the kernel takes a packet in transit for one addressed to nobody and discards it. It counts an address error, nothing that names forwarding.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("forward-policy-drop", "There a chain's policy drops and its counter grows; InAddrErrors stands still."),
        new("missing-route", "There InNoRoutes grows."),
        new("blackhole-route", "There no counter moves, and a route that discards is in the table."),
    ];

    public override string Remedy => "sysctl -w net.ipv4.ip_forward=1 (IPv6: net.ipv6.conf.all.forwarding=1), and find what sets it to 0: /etc/sysctl.d, a hardening role, NetworkManager or systemd-networkd.";

    public override string Verify => "sysctl net.ipv4.ip_forward says 1 after a reboot too; nstat -az IpInAddrErrors stays at its value.";

    public override IReadOnlyList<string> References => ["net/ipv4/route.c ip_route_input_slow, ip_error", "net/ipv6/ip6_output.c ip6_forward", "Documentation/networking/ip-sysctl.rst ip_forward"];

    protected override IEnumerable<QuestionOf<DroppedAt>> Ask() =>
    [
        new("Is forwarding switched off where packets should be forwarded?", Quantifier.Any, QuestionRole.Signature, SwitchedOff),
        new("Did packets for others come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Did it count as many packets with an address that is not its own?", Quantifier.Any, QuestionRole.Mechanism, h => h.Accounts(Six(h) == true ? "Ip6.InAddrErrors" : "Ip.InAddrErrors")),
    ];

    protected override IEnumerable<DroppedAt> Propose(CaseView view)
    {
        var candidates = DroppedAt.Candidates(view, "Ip.InAddrErrors", "Ip6.InAddrErrors").Where(c => Setting(c) is not null).ToArray();
        var counted = view.Facts.Of<CounterDelta>().Where(d => d is { Name: "Ip.InAddrErrors" or "Ip6.InAddrErrors", Delta: > 0 }).Select(d => d.At).Distinct()
            .Where(at => !candidates.Any(c => c.Stack.At == at)).Select(at => new DroppedAt(view, at, null)).Where(c => Setting(c) is { Value: "0" });
        return candidates.Concat(counted);
    }

    protected override string Summarise(DroppedAt h) => $"{h.Gone?.What ?? "Packets for others"} came in at {h.Scope} and went no further; {Setting(h)!.Key} is {Setting(h)!.Value} there.";

    protected override IEnumerable<NextEvidence> Next(DroppedAt h) => DroppedAtEvidence.For(h, "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding; nstat -az IpInAddrErrors Ip6InAddrErrors");

    private static IEnumerable<Sighting> SwitchedOff(DroppedAt h)
    {
        if (Setting(h) is not { } setting)
        {
            yield break;
        }

        // What is addressed to the namespace itself is not forwarded, whatever the setting.
        var text = $"{setting.Key}={setting.Value}";
        if (Six(h) is null)
        {
            yield return Sighting.Unknown($"{text}; of which family the packets were is not known", setting.From);
            yield break;
        }

        var owned = h.View.Addresses(h.Stack.At).ToHashSet();
        var own = h.Gone?.Destinations(h.View).FirstOrDefault(owned.Contains);
        yield return setting.Value != "0" ? Sighting.Of(false, text, setting.From)
            : own is not null ? Sighting.Of(false, $"{text}, and {own} is its own address", setting.From)
            : owned.Count > 0 || h.Gone is null ? Sighting.Of(true, text, setting.From) : Sighting.Unknown($"{text}; its addresses were not listed", setting.From);
    }

    private static Sysctl? Setting(DroppedAt h)
    {
        const string Four = "net.ipv4.ip_forward", OfSix = "net.ipv6.conf.all.forwarding";
        return Six(h) is { } six ? h.Stack.Setting(six ? OfSix : Four) : h.Stack.Setting(Four) is { Value: "0" } off ? off : h.Stack.Setting(OfSix) ?? h.Stack.Setting(Four);
    }

    /// <summary>What vanished, or was counted, is IPv6; null when neither tells.</summary>
    private static bool? Six(DroppedAt h) =>
        h.Gone?.Destinations(h.View) is { Count: > 0 } to ? to.Any(d => d.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        : h.Stack.Delta("Ip.InAddrErrors") is { Delta: > 0 } ? false
        : h.Stack.Delta("Ip6.InAddrErrors") is { Delta: > 0 } ? true
        : null;
}
