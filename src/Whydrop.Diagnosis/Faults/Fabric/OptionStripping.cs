using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>Something between two places takes TCP options out of SYNs.</summary>
internal sealed class OptionStripping : FaultOf<OptionStripping.Stripped>
{
    public override string Id => "option-stripping";

    public override string Name => "TCP options are taken out";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Transfers through one device are slow, others between the same machines are not.";

    public override string Mechanism =>
        "A firewall that normalises overwrites options of the SYN that it does not know. Without window scale no more than 65535 bytes are on their way at a time; without SACK each loss in a window costs a round "
        + "trip. When only one end is left with an option the other never agreed to, they read windows differently.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("syn-queue-cookies", "There the server itself answers without options, and counts SYN cookies."),
        new("small-tcp-rmem", "There the window is small though its scale was agreed."),
        new("seq-randomization-sack-mismatch", "There SACK is agreed, and its numbers are wrong."),
    ];

    public override string Remedy => "Let the device between pass the TCP options MSS, window scale, SACK permitted and timestamps (Cisco tcp-map: selective-ack allow, window-scale allow; switch normalisation off for these connections).";

    public override string Verify => "tcpdump -nv 'tcp[tcpflags] & tcp-syn != 0' shows the same options on both sides of it.";

    public override IReadOnlyList<string> References => ["RFC 2018 §2", "RFC 7323 §2.2", "RFC 9293 §3.1 (options a middlebox does not know)"];

    protected override IEnumerable<QuestionOf<Stripped>> Ask() =>
    [
        new("Did SYNs lose an option on their way?", Quantifier.Any, QuestionRole.Signature, s => s.Sightings),
        new("Was the same SYN seen with the option before, and without it behind?", Quantifier.Any, QuestionRole.Mechanism, s => s.Sightings),
    ];

    protected override IEnumerable<Stripped> Propose(CaseView view) => view.Trails
        .SelectMany(t => new[] { t.ToServer, t.ToClient }.SelectMany(d => Steps(view, t, d)))
        .GroupBy(s => (s.Before.At, s.Behind.At)).OrderByDescending(g => g.Count()).Select(g => new Stripped(view, [.. g]));

    protected override string Summarise(Stripped s) =>
        $"SYNs of {s.Connections.Count} connection{(s.Connections.Count == 1 ? "" : "s")} lose {string.Join(" and ", s.Hit.Select(h => h.Lost).Distinct())} between {s.Hit[0].Before.At} and {s.Hit[0].Behind.At}.";

    /// <summary>The SYN of one direction at the last place that saw it whole, and at the next. Its TTL falls on the way, whatever else is known of the order.</summary>
    private static IEnumerable<Step> Steps(CaseView view, ConnectionTrail trail, DirectionKey direction)
    {
        var seen = view.Connections.FromSender(direction).Select(view.Flow).OfType<TcpFlow>()
            .Select(f => view.Connections.FromClient(new FlowKey(f.Capture, f.Flow), direction) ? (f.At, f.From, Sender: f.FromClient, To: f.Server.Address) : (f.At, f.From, Sender: f.FromServer, To: f.Client.Address))
            .Where(f => f.Sender is { InitialSequence: not null, Ttl: not null }).ToArray();
        foreach (var (name, has) in Options)
        {
            var (with, without) = (seen.Where(f => has(f.Sender)).ToArray(), seen.Where(f => !has(f.Sender)).ToArray());
            if (with.Length > 0 && without.Length > 0 && with.Min(f => f.Sender.Ttl) is { } ttl && without.Max(f => f.Sender.Ttl) is { } behind && behind <= ttl)
            {
                var (a, b) = (with.Last(f => f.Sender.Ttl == ttl), without.First(f => f.Sender.Ttl == behind));
                var before = seen.TakeWhile(f => f.At != a.At).ToArray();
                yield return new Step(trail.Connection, (a.At, a.From), (b.At, b.From), a.To, name) { MayComeIn = before.Length > 0 && !Array.Exists(before, f => f.At.Stack == a.At.Stack) };
            }
        }
    }

    private static readonly (string Name, Func<TcpSender, bool> Has)[] Options =
        [("SACK permitted", s => s.SackPermitted == true), ("window scale", s => s.WindowScale is not null), ("MSS", s => s.Mss is not null)];

    /// <summary>One SYN at two neighbouring places.</summary>
    internal sealed record Step(int Connection, (VantagePoint At, Provenance From) Before, (VantagePoint At, Provenance From) Behind, IPAddress To, string Lost)
    {
        /// <summary>Seen in another network namespace before, and by no other device of the place before.</summary>
        internal bool MayComeIn { get; init; }
    }

    /// <summary>SYNs between two places.</summary>
    internal sealed class Stripped(CaseView view, IReadOnlyList<Step> steps) : Hypothesis(view, view.Devices.Behind(steps[0].Before.At, steps.Select(s => s.To), steps[0].MayComeIn))
    {
        internal IReadOnlyList<Step> Hit { get; } = steps;

        internal IEnumerable<Sighting> Sightings => Hit.Select(h => Sighting.Of(true, $"{h.Lost}: at {h.Before.At}, not at {h.Behind.At}", h.Before.From, h.Behind.From));

        internal override bool Placed => Hit[0].Before.At.Node is not null && Hit[0].Behind.At.Node is not null;

        internal override IReadOnlySet<int> Connections => Hit.Select(h => h.Connection).ToHashSet();
    }
}
