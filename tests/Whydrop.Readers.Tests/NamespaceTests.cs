using System.Diagnostics;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

/// <summary>Real devices and routes in a namespace of this test's own: the same facts from the text and from the JSON of one tool.</summary>
public sealed class NamespaceTests : IDisposable
{
    private const int CommandMilliseconds = 10_000;

    private readonly string netns = $"whydrop-readers-{Environment.ProcessId}";

    public void Dispose() => Ip("netns", "del", netns);

    [RootToolFact("ip")]
    public void Text_and_json_tell_the_same()
    {
        Assert.True(Ip("netns", "add", netns).Ok);
        string[] setup =
        [
            "link set lo up", "link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.9.0.1/24 dev v0", "addr add fd09::1/64 dev v0 nodad",
            "link add vx0 type vxlan id 4096 remote 10.9.0.9 local 10.9.0.1 dev v0 dstport 4789 df set", "link add vx6 type vxlan id 9 local fd09::1 remote fd09::2 dstport 4789 df inherit",
            "link add br0 type bridge", "link set v1 master br0", "link add mv0 link v0 type macvlan mode bridge", "tuntap add tun0 mode tun", "addr add 10.8.0.1 peer 10.8.0.2/32 dev tun0",
            "route add 10.20.0.0/16 via 10.9.0.2 mtu 1400 advmss 1360", "route add 10.22.0.0/16 nexthop via 10.9.0.2 weight 1 nexthop via 10.9.0.3 weight 2", "route add blackhole 10.23.0.0/26",
            "route add unreachable 10.24.0.0/16 metric 50", "route add throw 10.26.0.0/16 table 100", "route add 10.27.0.0/16 via inet6 fd09::2 dev v0", "-6 route add fd20::/32 via fd09::2 mtu 1300",
            "-6 route add default via fd09::2", "route add default via 10.9.0.2", "neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent",
            "rule add from 10.0.0.0/8 fwmark 0x1/0xf iif v0 lookup 100", "rule add to 10.9.0.0/16 unreachable",
        ];
        var made = setup.Count(s => Ip(["-n", netns, .. s.Split(' ')]).Ok);
        Assert.True(made > setup.Length / 2, "the kernel refused most devices and routes");

        Same<NetworkInterface>("-d link", i => $"{i.At} {i.Index} {i.Mtu} {i.Kind} {i.Up} {i.Carrier} {i.Master} {i.Lower} {i.Mac} {i.Tunnel}");
        Same<InterfaceAddress>("addr", a => $"{a.At} {a.Address}/{a.PrefixLength}");
        Same<Route>("route show table all", Describe);
        Same<Route>("-d route show", Describe);
        Same<RoutingRule>("rule", r => $"{r.Priority} {r.Selector} {r.Table}");
        Same<Neighbour>("neigh", n => $"{n.At} {n.Address} {n.Mac} {n.State}");
        Same<Route>("route get 10.20.0.1", Describe);
        Same<ForwardingEntry>("bridge", "fdb", f => $"{f.At} {f.Mac} {f.Destination} {f.Port} {f.Vni} {f.Via} {f.Master} {f.Vlan} {f.Flags}");
        var tables = Reading.Of(Ip("-n", netns, "route", "get", "10.20.0.1").Text).WithoutGaps().All<Route>();
        Assert.Equal((1400, 1360, true), (tables[0].Mtu, tables[0].AdvertisedMss, tables[0].Cached));
    }

    private static string Describe(Route r) => $"{r.At} {r.Table} {r.Type} {r.Destination} {r.Via} {r.Source} {r.Metric} {r.Mtu} {r.AdvertisedMss} {r.Cached}";

    private void Same<T>(string command, Func<T, string> describe)
        where T : Evidence.Fact => Same("ip", command, describe);

    private void Same<T>(string tool, string command, Func<T, string> describe)
        where T : Evidence.Fact
    {
        var text = Reading.Of(Ip(["netns", "exec", netns, tool, .. command.Split(' ')]).Text).WithoutGaps().All<T>().Select(describe).ToArray();
        var json = Reading.Of(Ip(["netns", "exec", netns, tool, "-j", .. command.Split(' ')]).Text).WithoutGaps().All<T>().Select(describe).ToArray();
        Assert.NotEmpty(text);
        Assert.Equal(text, json);
    }

    private static (bool Ok, string Text) Ip(params string[] arguments)
    {
        if (ToolFactAttribute.Path("ip") is not { } tool)
        {
            return (false, "");
        }

        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var text = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(CommandMilliseconds))
        {
            process.Kill();
            return (false, text);
        }

        return (process.ExitCode == 0, text);
    }
}
