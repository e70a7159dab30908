using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>Names are found late or not at all; TCP itself is fine.</summary>
public sealed class DnsSlowOrFail : PodScenario
{
    public override string Name => "dns-slow-or-fail";

    public override string Summary => "the name server answers late, with a failure, or some of its answers are lost; connections by address are fine";

    public override string Fault => "dns-slow-or-fail";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("how", "answers late, with SERVFAIL, ignores some queries, or a rule in the fabric drops answers; healthy: nothing", "slow", "servfail", "ignores", "lost", "healthy").Drawing("slow", "servfail", "ignores", "lost"),
        LabParameter.Number("delay", 800, "milliseconds before an answer when slow", 100, 5000).Drawing(600, 1500),
        LabParameter.Number("lookups", 8, "names looked up", 2, 100).Drawing(5, 12),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "client", "server", "nodes", "ends", "captures"),
    ];

    protected override void Play(PodRun run)
    {
        var (network, how) = (run.Network, run.Settings.Word("how"));
        run.Serve();
        var server = NameServer.Start(
            run,
            delay: how == "slow" ? TimeSpan.FromMilliseconds(run.Settings.Number("delay")) : default,
            ignores: how == "ignores" ? 0.6 : 0,
            code: how == "servfail" ? (byte)2 : (byte)0);
        run.WarmUp();
        Ruleset? drops = null;
        if (how == "lost")
        {
            drops = new Ruleset(network.Fabric, "drops answers of the name server", """
                table inet names {
                  counter lost {}
                  chain forward {
                    type filter hook forward priority filter; policy accept;
                    udp sport 53 numgen inc mod 10 < 6 counter name lost drop
                  }
                }
                """);
            run.Inject(drops);
        }

        run.Begin();
        var requests = RequestClient.Start(run, new RequestOptions { For = run.Seconds, Connections = 2, Log = run.Log(network.Client) });
        var lookups = NameClient.Start(
            run, server.EndPoint, run.Settings.Number("lookups"), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), 2, run.Log(network.Client)).Wait();
        var asked = requests.Wait();
        run.End();

        if (how != "healthy")
        {
            // With answers lost on the way the place is the fabric's; else the server itself answers so.
            var seen = run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server);
            run.Truth.Blame(Fault, how == "lost" ? null : network.Server, confirmable: how != "lost" && seen, suspectable: run.HasAnyCapture);
            if (how == "lost")
            {
                run.Truth.AlsoAt(network.Client);
                run.Truth.AlsoAt(network.Server);
                run.Truth.AlsoAt(network.NodeA);
                run.Truth.AlsoAt(network.NodeB);
            }
        }

        run.Truth.Figure("lookupsFailed", lookups.Failed);
        run.Truth.Figure("slowestLookupMilliseconds", (long)lookups.Slowest.TotalMilliseconds);
        run.Truth.Figure("queriesIgnored", server.Ignored);
        run.Truth.Expect(asked.Failed == 0, "a request over TCP failed");
        run.Truth.Expect(how is "healthy" or "servfail" || lookups.Failed > 0 || lookups.Slowest > TimeSpan.FromMilliseconds(500), "no lookup was slow or failed");
        run.Truth.Expect(how != "lost" || drops!.Packets("lost") > 0, "no answer was lost");
    }
}
