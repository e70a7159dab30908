using Whydrop.Cli.Commands;
using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

/// <summary>
/// A few faults beside what looks like them, made and judged several at the same time as <c>whydrop lab score --properties</c> does. The whole catalogue takes
/// many minutes; these are for every change.
/// </summary>
public static class ChosenRuns
{
    private const int Seed = 1;

    // In each row: what a user cannot tell apart without the proof.
    private static readonly string[][] Rows =
    [
        ["tunnel-mtu mtu=1440", "tunnel-mtu icmp=open", "payload-corruption", "payload-corruption overlay=vxlan"],
        ["listen-overflow", "networkpolicy-drop", "sg-nacl-drop family=6", "rp-filter-martian", "neigh-unresolved"],
        ["missing-route", "missing-route family=both", "blackhole-route", "no-endpoints-reject"],
        ["connection-refused-closed-port", "healthy-load-test"],
        ["slow-reader-zero-window", "healthy-flow-control"],
        ["rcvbuf-overrun", "spurious-rto", "random-loss"],
        ["rate-policer", "qdisc-drop", "bufferbloat"],
        ["ecmp-bad-member"],
        ["transient-routing-loop", "healthy-any-capture"],
        ["app-slow-response", "nagle-delayed-ack"],
        ["keepalive-vs-idle-timeout", "firewall-state-loss", "healthy-keep-alive"],
        ["app-rst", "conntrack-invalid-rst"],
        ["stale-kubeproxy-rules", "stale-conntrack-dnat"],
    ];

    private static readonly Lazy<Dictionary<string, object>> Ended = new(Make);

    /// <summary>Scenario and settings of each run.</summary>
    public static TheoryData<string> All => [.. Rows.SelectMany(row => row)];

    /// <summary>A run that was made and judged.</summary>
    /// <exception cref="LabException">It was not made.</exception>
    public static ScoredRun Of(string run) => Ended.Value[run] switch
    {
        ScoredRun scored => scored,
        var other => throw new LabException($"{((UnmadeRun)other).Kind}: {((UnmadeRun)other).Reason}"),
    };

    private static Dictionary<string, object> Make()
    {
        var names = Rows.SelectMany(row => row).ToArray();
        var plan = names.Select((name, i) => (Run: name, Scenario: (LabScenario)new WithSettings(LabCatalogue.Find(name.Split(' ')[0]), name.Split(' ')[1..]), Seed: Seed + i)).ToArray();
        var made = Score([.. plan.Select(p => (p.Scenario, p.Seed))], new ScoreOptions());

        // A run that the machine was too busy for is made again, alone.
        var again = made.Unmade.Where(u => u.Kind == UnmadeKind.NotProduced).Select(u => (u.Plan.Scenario, u.Plan.Seed)).ToArray();
        var second = Score(again, new ScoreOptions { Jobs = 1 });
        var ended = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var score in new[] { made, second })
        {
            foreach (var run in score.Unmade)
                ended[names[run.Plan.Seed - Seed]] = run;
            foreach (var run in score.Runs)
                ended[names[run.Plan.Seed - Seed]] = run;
        }

        return ended;
    }

    private static Score Score(IReadOnlyList<(LabScenario Scenario, int Seed)> plan, ScoreOptions options) =>
        new ScoreRunner((folder, stop) => LabDiagnosis.Of(folder, null, stop, properties: true).Finding, options).Run(plan, null, CancellationToken.None);
}
