using System.Text.RegularExpressions;
using Whydrop.Lab.Injectors;
using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Tests.Journeys;

/// <summary>A NodePort network on which data dies at a known rate at each hop: in node-a, in the fabric and in node-b, in both directions.</summary>
internal sealed partial class HopLosses : IDisposable
{
    /// <summary>What is no acknowledgment: a segment with data in it is longer than its headers and some options.</summary>
    private const int LongestWithoutData = 200;

    private readonly PodBench bench;

    /// <summary>Makes the case in <see cref="PodBench.Case"/>.</summary>
    /// <param name="perMille">Datagrams lost of 1000 at each hop.</param>
    public HopLosses(OverlayKind overlay, bool ipv6, bool offload, int perMille)
    {
        Bytes = perMille < 50 ? 1_500_000 : 400_000;
        bench = new PodBench(new PodNetworkOptions { ExternalClient = true, Service = true, Overlay = overlay, Ipv6 = ipv6, Offload = offload });
        try
        {
            var (run, network) = (bench.Run, bench.Run.Network);
            var (inA, inB) = (Node(network, "node-a", perMille), Node(network, "node-b", perMille));
            network.NodeA.Feed(inA, "nft", "-f", "-");
            network.NodeB.Feed(inB, "nft", "-f", "-");
            var up = bench.Box.ToServer.Add(new DropData(perMille / 1000.0));
            var down = bench.Box.ToClient.Add(new DropData(perMille / 1000.0));
            run.Begin();
            foreach (var download in new[] { false, true })
                Moved += BulkClient.Run(run, new BulkOptions { Flows = 2, Bytes = Bytes, Download = download, For = TimeSpan.FromSeconds(20) }).Sum(m => m.Bytes);
            run.End();
            var headers = ipv6 ? 72 : 52;
            Lost = new()
            {
                ["node-a", true] = Payload(network.NodeA, "to-server", headers), ["node-a", false] = Payload(network.NodeA, "to-client", headers),
                ["fabric", true] = up.Bytes, ["fabric", false] = down.Bytes,
                ["node-b", true] = Payload(network.NodeB, "to-server", headers), ["node-b", false] = Payload(network.NodeB, "to-client", headers),
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Case => bench.Case;

    public string OverlayDevice => bench.Run.Network.OverlayDevice!;

    /// <summary>What each of two connections moves in each direction.</summary>
    public int Bytes { get; }

    public long Moved { get; }

    /// <summary>Payload bytes that died at each hop, towards the server and towards the client.</summary>
    public HopBytes Lost { get; }

    public void Dispose() => bench.Dispose();

    private static string Node(PodNetwork network, string node, int perMille)
    {
        var (overlay, toServer) = (network.OverlayDevice, node == "node-a" ? "oifname" : "iifname");
        var toClient = node == "node-a" ? "iifname" : "oifname";
        return $$"""
            table inet hop-loss {
              counter to-server {}
              counter to-client {}
              chain forward {
                type filter hook forward priority 10; policy accept;
                {{toServer}} "{{overlay}}" meta length > {{LongestWithoutData}} numgen random mod 1000 < {{perMille}} counter name to-server drop
                {{toClient}} "{{overlay}}" meta length > {{LongestWithoutData}} numgen random mod 1000 < {{perMille}} counter name to-client drop
              }
            }
            """;
    }

    /// <summary>A super-packet counts once, with one set of headers.</summary>
    private static long Payload(Namespaces.NetworkNamespace node, string counter, int headers)
    {
        var match = Counters().Matches(node.Exec("nft", "list", "counters", "table", "inet", "hop-loss")).Single(m => m.Groups["name"].Value == counter);
        return long.Parse(match.Groups["bytes"].Value) - (headers * long.Parse(match.Groups["packets"].Value));
    }

    [GeneratedRegex(@"counter (?<name>\S+) \{\s*packets (?<packets>\d+) bytes (?<bytes>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counters();

    /// <summary>Payload bytes by hop and direction.</summary>
    internal sealed class HopBytes
    {
        private readonly Dictionary<(string, bool), long> bytes = [];

        public long this[string hop, bool toServer]
        {
            get => bytes[(hop, toServer)];
            set => bytes[(hop, toServer)] = value;
        }

        public long Total => bytes.Values.Sum();
    }

    /// <summary>Drops segments with data, by chance, and adds up what was in them.</summary>
    private sealed class DropData(double probability) : PacketEffect
    {
        private long bytes;

        public long Bytes => Volatile.Read(ref bytes);

        protected override void Handle(Packet packet, Passage next)
        {
            if (!packet.HasPayload || packet.PayloadLength <= LongestWithoutData || next.Random.NextDouble() >= probability)
            {
                next.Pass(packet);
                return;
            }

            Counted();
            Interlocked.Add(ref bytes, packet.PayloadLength);
        }
    }
}
