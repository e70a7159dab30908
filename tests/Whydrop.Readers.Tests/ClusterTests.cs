using System.Net;
using System.Text;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;

namespace Whydrop.Readers.Tests;

public sealed class ClusterTests
{
    private const string Troubleshoot = "replicatedhq/troubleshoot/pkg/analyze/files/";
    private const string Sos = "canonical/hotsos/tests/unit/fake_data_root/kubernetes/sos_commands/kubernetes/";

    [Fact]
    public void A_pod_of_a_json_list_has_addresses_place_and_the_end_of_its_last_run()
    {
        var reading = Reading.Of(ClusterSamples.PodsJson).WithoutGaps();
        var pod = Assert.Single(reading.All<Pod>());
        Assert.Equal(("default", "web-0", "aaaa-1", "node-a", "Running", (bool?)false, 3), (pod.Namespace, pod.Name, pod.Uid, pod.Node, pod.Phase, pod.HostNetwork, pod.Restarts));
        Assert.Equal(["10.244.1.5", "fd00:10:244::5"], pod.Addresses.Select(a => a.ToString()));
        Assert.Equal(("StatefulSet/web", "web", 4), (pod.Owner, pod.Labels["app"], pod.From.Line));
        Assert.Equal("2024-02-20T01:00:01.000000Z", pod.Started.ToString());
        var web = Assert.Single(pod.Containers);
        Assert.Equal(("web", "c0ffee", 3, true, "running"), (web.Name, web.ContainerId, web.Restarts, web.Ready, web.State));
        Assert.Equal(("OOMKilled", 137, "2024-02-20T02:00:00.000000Z"), (web.Ended!.Reason, web.Ended.ExitCode, web.Ended.Finished.ToString()));
        Assert.Equal((500L, 128L << 20, 250L), (web.Limits["cpu"], web.Limits["memory"], web.Requests["cpu"]));
        var node = Assert.Single(reading.All<ClusterNode>());
        Assert.Equal(("node-a", "10.0.0.5", "10.244.1.0/24"), (node.Name, Assert.Single(node.Addresses).ToString(), Assert.Single(node.PodNetworks).ToString()));
        Assert.Equal(new NodeCondition("Ready", "False", "KubeletNotReady", node.Conditions[0].Since), Assert.Single(node.Conditions));
        Assert.Equal("zone-1", node.Labels["topology.kubernetes.io/zone"]);
    }

    [Fact]
    public void A_list_that_breaks_off_keeps_the_objects_before_the_break()
    {
        var cut = ClusterSamples.PodsJson[..ClusterSamples.PodsJson.IndexOf("\"nodeInfo\"", StringComparison.Ordinal)];
        var reading = Reading.Of(cut);
        Assert.Equal("web-0", Assert.Single(reading.All<Pod>()).Name);
        Assert.Empty(reading.All<ClusterNode>());
        Assert.Equal(GapKind.Truncated, Assert.Single(reading.Gaps).Kind);
    }

    [Fact]
    public void A_typed_list_whose_items_do_not_say_their_kind_is_read()
    {
        var pod = Assert.Single(Reading.Of("""{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"},"spec":{"containers":[],"hostNetwork":true},"status":{"podIP":"10.0.0.5"}}]}""").WithoutGaps().All<Pod>());
        Assert.Equal(("a", (bool?)true, IPAddress.Parse("10.0.0.5")), (pod.Name, pod.HostNetwork, pod.Addresses[0]));
    }

    [Fact]
    public void Services_and_what_is_behind_them_are_read_from_yaml()
    {
        var reading = Reading.Of(ClusterSamples.ServicesYaml).WithoutGaps();
        var service = Assert.Single(reading.All<ClusterService>());
        Assert.Equal(("shop", "web", "LoadBalancer", "Local", "Cluster", "web"), (service.Namespace, service.Name, service.Type, service.ExternalTrafficPolicy, service.InternalTrafficPolicy, service.Selector["app"]));
        Assert.Equal(("10.96.0.20", "192.0.2.80"), (Assert.Single(service.Addresses).ToString(), Assert.Single(service.ExternalAddresses).ToString()));
        Assert.Equal(new ServicePort("http", "TCP", 9083, "8080", 30170), Assert.Single(service.Ports));
        Assert.Equal(
            [("10.244.1.5", true, null, null, "Pod/shop/web-0"), ("10.244.2.6", false, null, null, null), ("10.244.1.7", false, true, (bool?)true, null)],
            reading.All<ServiceEndpoint>().Select(e => (e.Address.ToString(), e.Ready, e.Serving, e.Terminating, e.Target)));
        Assert.All(reading.All<ServiceEndpoint>(), e => Assert.Equal(("web", 8080), (e.Service, Assert.Single(e.Ports).Port)));
        Assert.Equal(3, service.From.Line);
    }

    [Fact]
    public void Several_yaml_documents_in_any_order_with_members_in_any_order_are_read()
    {
        var text = ClusterSamples.ConfigMapYaml + "---\nkind: Pod\nmetadata:\n  name: a\n  namespace: x\nstatus: {podIP: 10.1.1.1, phase: Running}\nspec: {nodeName: n, containers: []}\napiVersion: v1\n---\n" + ClusterSamples.ServicesYaml;
        var reading = Reading.Of(text).WithoutGaps();
        Assert.Equal(("a", "x", "n", 17), (Assert.Single(reading.All<Pod>()).Name, reading.All<Pod>()[0].Namespace, reading.All<Pod>()[0].Node, reading.All<Pod>()[0].From.Line));
        Assert.Equal(["pod-network 10.244.0.0/16", "encapsulation vxlan", "mtu 1400"], reading.All<CniSetting>().Select(s => $"{s.Name} {s.Value}"));
        Assert.Single(reading.All<ClusterService>());
    }

    [Theory]
    [InlineData("calico-config", "veth_mtu: \"1440\"\n  calico_backend: vxlan", "mtu 1440|bgp false|encapsulation vxlan")]
    [InlineData("cilium-config", "mtu: \"1450\"\n  tunnel-protocol: geneve\n  cluster-pool-ipv4-cidr: 10.0.0.0/8", "mtu 1450|encapsulation geneve|pod-network 10.0.0.0/8")]
    [InlineData("cilium-config", "tunnel: disabled", "encapsulation none")]
    [InlineData("kube-router-cfg", "cni-conf.json: '{\"plugins\":[{\"type\":\"bridge\",\"mtu\":1480}]}'", "mtu 1480")]
    [InlineData("other", "mtu: \"1440\"", "")]
    public void Config_maps_of_plugins_state_settings(string name, string data, string expected)
    {
        var reading = Reading.Of($"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {data}\n");
        Assert.Equal(expected, string.Join('|', reading.All<CniSetting>().Select(s => $"{s.Name} {s.Value}")));
    }

    [Fact]
    public void Arguments_of_kube_router_state_graceful_restart()
    {
        var reading = Reading.Of("apiVersion: v1\nkind: Pod\nmetadata: {name: kube-router-a, namespace: kube-system}\nspec:\n  hostNetwork: true\n  containers:\n  - name: kube-router\n    args:\n    - --run-router=true\n    - --bgp-graceful-restart=true\n");
        Assert.Equal(["bgp true", "bgp-graceful-restart true"], reading.WithoutGaps().All<CniSetting>().Select(s => $"{s.Name} {s.Value}"));
    }

    [Fact]
    public void Events_of_both_interfaces_have_times_and_counts()
    {
        var reading = Reading.Of("""
            apiVersion: v1
            items:
            - apiVersion: v1
              kind: Event
              count: 4
              firstTimestamp: "2024-02-20T02:00:00Z"
              lastTimestamp: "2024-02-20T02:05:00Z"
              involvedObject: {kind: Pod, name: kube-router-a, namespace: kube-system}
              message: Back-off restarting failed container
              reason: BackOff
              source: {component: kubelet, host: node-a}
              type: Warning
            - apiVersion: events.k8s.io/v1
              kind: Event
              deprecatedCount: 2
              deprecatedFirstTimestamp: null
              eventTime: "2024-02-20T02:06:00.123456Z"
              note: Stopping container kube-router
              reason: Killing
              regarding: {kind: Pod, name: kube-router-a, namespace: kube-system}
              reportingController: kubelet
              type: Normal
            kind: List
            """).WithoutGaps();
        Assert.Equal(
            [("BackOff", 4, "2024-02-20T02:05:00.000000Z", "kubelet", "node-a"), ("Killing", 2, "2024-02-20T02:06:00.123456Z", "kubelet", null)],
            reading.All<ClusterEvent>().Select(e => (e.Reason, e.Count!.Value, e.Last.ToString()!, e.Component!, e.Node)));
    }

    [Fact]
    public void Descriptions_say_the_same_as_the_objects()
    {
        var reading = Reading.Of(ClusterSamples.DescribePod + "\n\n" + ClusterSamples.DescribeNode).WithoutGaps();
        var pod = Assert.Single(reading.All<Pod>());
        Assert.Equal(("default", "web-0", "node-a", "Running", (bool?)false, 3, "StatefulSet/web", "front"), (pod.Namespace, pod.Name, pod.Node, pod.Phase, pod.HostNetwork, pod.Restarts, pod.Owner, pod.Labels["tier"]));
        var web = Assert.Single(pod.Containers);
        Assert.Equal(("OOMKilled", 137, "2024-02-20T02:00:00.000000Z", "2024-02-20T02:00:02.000000Z"), (web.Ended!.Reason, web.Ended.ExitCode, web.Ended.Finished.ToString(), web.RunningSince.ToString()));
        Assert.Equal((500L, 128L << 20, "c0ffee"), (web.Limits["cpu"], web.Limits["memory"], web.ContainerId));
        var told = Assert.Single(reading.All<ClusterEvent>());
        Assert.Equal(("BackOff", 5, TimeSpan.FromMinutes(2), "kubelet"), (told.Reason, told.Count, told.Age, told.Component));
        Assert.Equal("Back-off restarting failed container: web", told.Message);
        var node = Assert.Single(reading.All<ClusterNode>());
        Assert.Equal(("10.0.0.5", "5.15.0-91-generic", "True"), (Assert.Single(node.Addresses).ToString(), node.KernelVersion, Assert.Single(node.Conditions).Status));
        Assert.Equal("2024-02-20T01:59:00.000000Z", node.Conditions[0].Since.ToString());
    }

    [Fact]
    public void Tables_are_read_also_where_a_cell_is_wider_than_its_column()
    {
        var pods = Reading.Of(ClusterSamples.WidePods).WithoutGaps().All<Pod>();
        Assert.Equal(
            [("default", "web-0", 3, "10.244.1.5", "node-a"), ("kube-system", "kube-router-x7", 0, "10.0.0.5", "node-a")],
            pods.Select(p => (p.Namespace!, p.Name, p.Restarts!.Value, p.Addresses[0].ToString(), p.Node!)));
        var events = Reading.Of(ClusterSamples.EventTable).WithoutGaps().All<ClusterEvent>();
        Assert.Equal([("Pod", "kube-router-x7", 3), ("Node", "node-a", 0)], events.Select(e => (e.Kind, e.Name, e.Count ?? 0)));
        var all = Reading.Of("NAME      READY   STATUS    RESTARTS   AGE\npod/web   0/1     Error     12         3d\n\nNAME                 TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)                      AGE\nservice/kubernetes   NodePort    10.96.0.1    <none>        443/TCP,80:30170/TCP   10d\n").WithoutGaps();
        Assert.Equal(("web", 12), (Assert.Single(all.All<Pod>()).Name, all.All<Pod>()[0].Restarts));
        Assert.Equal([443, 30170], [Assert.Single(all.All<ClusterService>()).Ports[0].Port, all.All<ClusterService>()[0].Ports[1].NodePort!.Value]);
        var endpoints = Reading.Of("NAME   ENDPOINTS                               AGE\nweb    10.1.0.5:80,[fd00::5]:80 + 3 more...   5d\n");
        Assert.Equal(["10.1.0.5", "fd00::5"], endpoints.All<ServiceEndpoint>().Select(e => e.Address.ToString()));
        Assert.Equal(GapKind.Limited, Assert.Single(endpoints.Gaps).Kind);
    }

    [Fact]
    public void Hostile_yaml_ends_in_a_gap()
    {
        const string Head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
        Assert.Equal(GapKind.Limited, Assert.Single(Reading.Of(Head + "x: " + new string('[', 100_000)).Gaps).Kind);
        var bomb = new StringBuilder(Head + "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 30; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        var reading = Reading.Of(bomb.ToString());
        Assert.Equal("a", Assert.Single(reading.All<Pod>()).Name);
        Assert.Equal(GapKind.Unsupported, Assert.Single(reading.Gaps).Kind);
        Assert.Equal(GapKind.Malformed, Assert.Single(Reading.Of(Head + "spec:\n\t- bad: [\n").Gaps).Kind);
    }

    [Fact]
    public void Outputs_that_follow_each_other_without_a_mark_are_told_apart()
    {
        var reading = Reading.Of("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n" + ClusterSamples.ServicesYaml + ClusterSamples.WidePods + ClusterSamples.DescribePod).WithoutGaps();
        Assert.Equal(["a", "b", "web-0", "kube-router-x7", "web-0"], reading.All<Pod>().Select(p => p.Name));
        Assert.Single(reading.All<ClusterService>());
    }

    [Fact]
    public void Objects_of_other_kinds_are_named()
    {
        var gap = Assert.Single(Reading.Of("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n").Gaps);
        Assert.True(gap.Minor);
        Assert.Contains("1 × Deployment", gap.Reason, StringComparison.Ordinal);
    }

    [CorpusFact]
    public void Objects_of_real_clusters()
    {
        var killed = Corpus.Read(Troubleshoot + "pods/message-oomkill-pod.json").WithoutGaps().All<Pod>();
        Assert.Contains(killed.SelectMany(p => p.Containers), c => c.Ended is { Reason: "OOMKilled", ExitCode: 137, Finished: not null });
        Assert.NotEmpty(Corpus.Read(Troubleshoot + "events/message-image-pull-fail.json").WithoutGaps().All<ClusterEvent>());
        Assert.Equal(7, Corpus.Read(Troubleshoot + "nodes.json").WithoutGaps().All<ClusterNode>().Count(n => n.Conditions.Any(c => c is { Type: "Ready", Since: not null })));
        var config = "kubectl_--kubeconfig_.root.cdk.cdk_addons_kubectl_config_";
        var services = Corpus.Read(Sos + $"services/{config}get_-o_json_--namespace_kube-system_services").WithoutGaps().All<ClusterService>();
        var described = Corpus.Read(Sos + $"services/{config}--namespace_kube-system_describe_services_kube-dns").WithoutGaps();
        var dns = Assert.Single(described.All<ClusterService>());
        Assert.Equal(("10.152.183.6", 3), (Assert.Single(dns.Addresses).ToString(), dns.Ports.Count));
        Assert.Equal(dns.Ports.Select(p => p.Port), services.Single(s => s.Name == "kube-dns").Ports.Select(p => p.Port));
        Assert.Equal("10.1.7.3", described.All<ServiceEndpoint>()[0].Address.ToString());
        Assert.NotEmpty(Assert.Single(Corpus.Read(Sos + $"nodes/{config}describe_node_juju-110cc2-k8stest-5").All<ClusterNode>()).Addresses);
        Assert.NotEmpty(Corpus.Read(Sos + $"{config}get_nodes").WithoutGaps().All<ClusterNode>());
    }
}
