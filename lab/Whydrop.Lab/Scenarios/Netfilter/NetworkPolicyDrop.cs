using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>A network policy on the server's node lets established connections live and drops new ones.</summary>
public sealed class NetworkPolicyDrop : PodScenario
{
    public override string Name => "networkpolicy-drop";

    public override string Summary => "a network policy on the server's node drops every SYN of this client; no answer of any kind comes back";

    public override string Fault => "networkpolicy-drop";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
        LabParameter.Number("connections", 3, "clients that try", 1, 20).Drawing(1, 5),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var ip = network.Options.Ipv6 ? "ip6" : "ip";
        var policy = new Ruleset(network.NodeB, $"a policy drops what goes to {network.Server.Label}", $$"""
            table inet network-policy {
              counter denied {}
              chain forward {
                type filter hook forward priority -1; policy accept;
                ct state established,related accept
                {{ip}} daddr {{network.ServerPod.Address}} tcp dport {{network.Names.ServerPort}} counter name denied drop comment "default-deny-ingress"
              }
            }
            """);
        run.Inject(policy);
        run.Begin();
        var tried = RequestClient.Run(run, new RequestOptions
        {
            Count = 1,
            Connections = run.Settings.Number("connections"),
            Patience = run.Seconds,
            Log = run.Log(network.Client),
        });
        run.End();

        var rules = run.HasDumps(HostRole.NodeB);
        // Packets go out and nothing comes back: of what they die, only the rules tell.
        run.Truth.Blame(Fault, network.NodeB, confirmable: rules, suspectable: rules);
        run.Truth.Unseen(!rules && !run.HasDumps(HostRole.Client) && !run.HasCaptures(HostRole.Client) && !run.HasCaptures(HostRole.NodeA));
        if (!rules)
            run.Truth.LooksLike("sg-nacl-drop");
        run.Truth.Figure("synsDropped", policy.Packets("denied"));
        run.Truth.Expect(tried.TimedOut == tried.All.Count, "a connection attempt did not time out");
        run.Truth.Expect(policy.Packets("denied") >= tried.All.Count, "the policy counted fewer drops than there were attempts");
    }
}
