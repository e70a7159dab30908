using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netns;

/// <summary>A pod that is one of the endpoints of a Service asks the Service, and cannot reach itself.</summary>
public sealed class HairpinOff : PodScenario
{
    public override string Name => "hairpin-off";

    public override string Summary => "a pod asks the Service it belongs to; when it is picked itself, nothing masquerades it and its kernel discards what comes from its own address";

    public override string Fault => "hairpin-off";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("wiring", "how pods hang on their node", "routed"),
        LabParameter.Number("requests", 6, "requests, every other to the pod itself", 2, 40).Drawing(4, 8),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "all", "nodes", "node-a", "client", "counters", "captures"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.Serve(network.ClientPod!);
        run.WarmUp();
        var (ip, vip) = (network.Options.Ipv6 ? "ip6" : "ip", network.Addresses.ClusterIp);
        var (own, other) = (network.ClientPod!.Address, network.ServerPod.Address);
        string To(string address) => $"{(network.Options.Ipv6 ? $"[{address}]" : address)}:{network.Names.ServerPort}";
        var service = new Ruleset(network.NodeA, "publishes a Service with its own client as endpoint", $$"""
            table {{ip}} kube-proxy {
              counter itself {}
              chain endpoint-1 {
                counter name itself
                meta l4proto tcp counter dnat to {{To(own)}}
              }
              chain endpoint-2 {
                meta l4proto tcp counter dnat to {{To(other)}}
              }
              chain service {
                numgen inc mod 2 vmap { 0 : goto endpoint-1, 1 : goto endpoint-2 }
              }
              chain nat-prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                {{ip}} daddr {{vip}} tcp dport {{network.Names.ServicePort}} counter goto service
              }
              chain nat-postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                meta mark & 0x4000 == 0x4000 counter masquerade
              }
            }
            """);
        run.Inject(service);
        run.Begin();
        var asked = RequestClient.Run(run, new RequestOptions
        {
            Count = run.Settings.Number("requests"), KeepAlive = false, Patience = TimeSpan.FromMilliseconds(2500), To = new(System.Net.IPAddress.Parse(vip), network.Names.ServicePort),
            Log = run.Log(network.Client),
        });
        run.End();

        run.Truth.Blame(Fault, network.NodeA, confirmable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA), suspectable: run.HasCaptures(HostRole.NodeA) || run.HasCaptures(HostRole.Client));
        run.Truth.AlsoAt(network.Client);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("requestsFailed", asked.Failed);
        run.Truth.Figure("sentToItself", service.Packets("itself"));
        run.Truth.Expect(asked is { Answered: > 0, Failed: > 0 }, $"not every other request failed: {asked.Failed} of {asked.All.Count}, {service.Packets("itself")} sent back, {(asked.Failed > 0 ? asked.Failures[0] : "")}");
    }
}
