using System.Net;
using Whydrop.Diagnosis.Comparison;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Cluster;

namespace Whydrop.Diagnosis.Tests;

/// <summary>Instances that a capture shows, with what the cluster says of them.</summary>
public sealed class CapturedInstancesTests
{
    /// <summary>Ten pods, five of them on node-b and two of each of these on a label of their own; connections to those on node-b lose.</summary>
    [Fact]
    public void What_separates_the_pods_whose_connections_lose_is_their_node()
    {
        var facts = new Facts().Capture(0, Facts.NodeEth0).Add(Node("node-b")).Add(Node("node-c"));
        for (var i = 0; i < 10; i++)
        {
            var address = $"10.244.{(i < 5 ? 2 : 3)}.{i + 10}";
            facts.Flow(0, Facts.NodeEth0, 10, 1000, flow: i, server: address).Add(Pod($"server-{i}", address, i < 5 ? "node-b" : "node-c", i % 2 == 0 ? "blue" : "green"));
            if (i < 5)
            {
                facts.Lost(0, Facts.NodeEth0, 1000, 100, 152, flow: i);
            }
        }

        var instances = CapturedInstances.Of(facts.Set);
        Assert.Equal(10, instances.Count);
        Assert.Equal(("default/server-0", 1.0), (instances[0].Name, instances[0].Rate));
        Assert.Equal(("pod", "node-b", "blue"), (instances[0].Attributes["kind"], instances[0].Attributes["node"], instances[0].Attributes["label track"]));

        Assert.Equal("a", instances[0].Attributes["node label topology.kubernetes.io/zone"]);

        var best = Cohorts.Of(instances)[0];
        Assert.Equal("node = node-b", Assert.Single(best.Attributes));
        Assert.Equal((5, 5, 1.0, true), (best.Inside, best.Outside, best.Separation, best.Separates));
    }

    [Fact]
    public void Where_all_ask_one_server_it_is_the_clients_that_are_compared()
    {
        var facts = new Facts().Capture(0, Facts.NodeEth0);
        foreach (var i in Enumerable.Range(0, 3))
        {
            facts.Flow(0, Facts.NodeEth0, 10, 1000, flow: i, client: $"10.1.0.{i + 5}");
        }

        Assert.Equal(["10.1.0.5", "10.1.0.6", "10.1.0.7"], CapturedInstances.Of(facts.Set).Select(i => i.Name));
        Assert.Empty(CapturedInstances.Of(new Facts().Set));
    }

    private static ClusterNode Node(string name) =>
        new(VantagePoint.Unknown, new Provenance("nodes.json"), name, [], [], []) { Labels = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = "a" } };

    private static Pod Pod(string name, string address, string node, string track) => new(
        VantagePoint.Unknown, new Provenance("pods.json"), "default", name, null, [IPAddress.Parse(address)], node, "Running", false, 0, [])
    {
        Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["track"] = track },
    };
}
