using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>Source translation to a few ports, and more connections to one destination than these: what scenarios of it have in common.</summary>
public abstract class SnatPortsUsedUp : PodScenario
{
    private const int FirstPort = 40_000;

    /// <summary>Who translates.</summary>
    protected abstract NetworkNamespace Translator(PodRun run);

    /// <summary>The device it translates at.</summary>
    protected abstract string Device(PodRun run);

    /// <summary>Says what is true of this run.</summary>
    protected abstract void Judge(PodRun run);

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("ports", 5, "ports to translate to", 2, 50).Drawing(3, 10),
        LabParameter.Number("beyond", 4, "connections beyond these", 1, 20).Drawing(2, 6),
        LabParameter.Choice("overlay", "between the nodes", "none"),
    ];

    protected override void Play(PodRun run)
    {
        var (network, ports) = (run.Network, run.Settings.Number("ports"));
        var translator = Translator(run);
        run.Serve();
        run.WarmUp();
        var ip = network.Options.Ipv6 ? "ip6" : "ip";
        run.Lab.Report($"{translator.Label}: what goes to {network.ServerPod.Address} is translated to {ports} source ports");
        translator.Feed(
            $$"""
            table {{ip}} egress-nat {
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                oifname "{{Device(run)}}" {{ip}} daddr {{network.ServerPod.Address}} tcp dport {{network.Names.ServerPort}} counter masquerade to :{{FirstPort}}-{{FirstPort + ports - 1}}
              }
            }
            """,
            "nft",
            "-f",
            "-");
        run.Begin();
        var holding = RequestClient.Start(run, new RequestOptions { Count = 100, For = TimeSpan.FromSeconds(8), Connections = ports, Pause = TimeSpan.FromMilliseconds(300), Patience = run.Seconds });
        run.Pause(TimeSpan.FromSeconds(1));
        var beyond = RequestClient.Run(run, new RequestOptions { Count = 1, Connections = run.Settings.Number("beyond"), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client) });
        var held = holding.Wait();
        run.End();

        Judge(run);
        run.Truth.Figure("attemptsFailed", beyond.Failed);
        run.Truth.Expect(held.Failed == 0, "a connection that had its port failed");
        run.Truth.Expect(beyond.Failed == run.Settings.Number("beyond"), "a connection got a port although none was left");
    }
}
