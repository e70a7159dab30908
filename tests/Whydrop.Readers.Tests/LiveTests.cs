using System.Diagnostics;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

/// <summary>The tools installed here, run read-only: what they print today is read without a gap.</summary>
public sealed class LiveTests
{
    [ToolFact("ip")]
    public void Ip_link()
    {
        foreach (var arguments in new[] { "-s -d link", "-s -s -d link", "-d addr", "-o -s link", "-j -s -s -d link", "-j -p -d addr", "link", "addr" })
        {
            var reading = Run("ip", arguments).WithoutGaps();
            var loopback = reading.Link("lo");
            Assert.Equal((65536, 1), (loopback.Mtu, loopback.Index));
        }

        Assert.Equal(16, Run("ip", "-s -d link").All<Counter>().Count(c => c.At.Interface == "lo") + 4);
        Assert.Contains(Run("ip", "-br addr").WithoutGaps().All<NetworkInterface>(), i => i.At.Interface == "lo");
        Assert.Equal(Run("ip", "addr").All<InterfaceAddress>().Select(a => a.Address), Run("ip", "-o addr").WithoutGaps().All<InterfaceAddress>().Select(a => a.Address));
        Assert.Equal(Run("ip", "addr").All<InterfaceAddress>().Select(a => a.Address), Run("ip", "-j addr").WithoutGaps().All<InterfaceAddress>().Select(a => a.Address));
    }

    [ToolFact("ip")]
    public void Ip_route_rule_and_neigh()
    {
        Assert.Contains(Run("ip", "route show table all").WithoutGaps().All<Route>(), r => r.Destination.ToString() == "127.0.0.0/8" && r.Type == "local");
        Assert.Equal("lo", Assert.Single(Run("ip", "route get 127.0.0.1").WithoutGaps().All<Route>()).At.Interface);
        Assert.Contains(Run("ip", "rule").WithoutGaps().All<RoutingRule>(), r => r.Table == "main");
        Assert.Equal(Run("ip", "rule").All<RoutingRule>().Select(r => r.Table), Run("ip", "-j rule").WithoutGaps().All<RoutingRule>().Select(r => r.Table));
        var text = Run("ip", "-d route show table all").WithoutGaps().All<Route>().Select(r => $"{r.At} {r.Destination} {r.Via} {r.Type} {r.Table}");
        var json = Run("ip", "-j -d route show table all").WithoutGaps().All<Route>().Select(r => $"{r.At} {r.Destination} {r.Via} {r.Type} {r.Table}");
        Assert.Equal(text, json);
    }

    [ToolFact("netstat")]
    public void Netstat()
    {
        foreach (var arguments in new[] { "-s", "-st", "-su", "-sw", "-s -6" })
        {
            var reading = Run("netstat", arguments);
            Assert.DoesNotContain(reading.Gaps, g => g.Reason.Contains("not understood", StringComparison.Ordinal));
            Assert.NotEmpty(reading.All<CounterSection>());
        }

        var all = Run("netstat", "-s").WithoutGaps();
        Assert.True(all.Section("TcpExt").OmitsZeros);
        var proc = Reading.Of(File.ReadAllText("/proc/net/snmp")).WithoutGaps();
        Assert.True(all.Value("Ip.InReceives") <= proc.Value("Ip.InReceives"));
        Assert.DoesNotContain(Run("netstat", "-rn").Gaps, g => g.Reason.Contains("columns", StringComparison.Ordinal));
    }

    [ToolFact("nstat")]
    public void Nstat()
    {
        var text = Run("nstat", "-az").WithoutGaps();
        Assert.NotEmpty(text.All<Counter>());
        Assert.Equal(text.All<Counter>().Select(c => c.Name).Order(), Run("nstat", "-az --json").WithoutGaps().All<Counter>().Select(c => c.Name).Order());
        var proc = Reading.Of(File.ReadAllText("/proc/net/netstat")).WithoutGaps();
        Assert.Subset(proc.All<Counter>().Select(c => c.Name).ToHashSet(), text.All<Counter>().Select(c => c.Name).Where(n => n.StartsWith("TcpExt.", StringComparison.Ordinal)).ToHashSet());
    }

    [ToolFact("tc")]
    public void Tc()
    {
        var text = Run("tc", "-s qdisc show").WithoutGaps();
        var json = Run("tc", "-s -j qdisc show").WithoutGaps();
        Assert.Equal(text.All<CounterSection>().Select(s => s.At), json.All<CounterSection>().Select(s => s.At));
    }

    [ToolFact("sysctl")]
    public void Sysctl()
    {
        var settings = Run("sysctl", "-a");
        Assert.DoesNotContain(settings.Gaps, g => g.Kind != Whydrop.Evidence.GapKind.Unreadable);
        var mtuProbing = settings.All<Sysctl>().Single(s => s.Key == "net.ipv4.tcp_mtu_probing");
        Assert.Equal(File.ReadAllText("/proc/sys/net/ipv4/tcp_mtu_probing").Trim(), mtuProbing.Value);
    }

    [ToolFact("ifconfig")]
    public void Ifconfig()
    {
        var reading = Run("ifconfig", "-a").WithoutGaps();
        Assert.Equal(65536, reading.Link("lo").Mtu);
        Assert.Equal(Reading.Of(File.ReadAllText("/proc/net/dev")).WithoutGaps().All<CounterSection>().Count, reading.All<NetworkInterface>().Count);
    }

    private static Reading Run(string tool, string arguments)
    {
        var start = new ProcessStartInfo(ToolFactAttribute.Path(tool)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["NSTAT_HISTORY"] = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"whydrop-{Guid.NewGuid():N}");
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        File.Delete(start.Environment["NSTAT_HISTORY"]!);
        return Reading.Of(text);
    }
}
