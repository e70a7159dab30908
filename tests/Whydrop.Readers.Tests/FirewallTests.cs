using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class FirewallTests
{
    [Fact]
    public void Chains_of_nft()
    {
        Assert.Equal(
            [
                "inet/filter/services   ", "inet/filter/input input drop -10", "ip/nat/endpoint-1   ", "ip/nat/service-a   ", "ip/nat/mark-for-masquerade   ", "ip/nat/prerouting prerouting accept -100",
                "ip/nat/postrouting postrouting accept 100",
            ],
            Reading.Of(FirewallSamples.Nft).WithoutGaps().All<FirewallChain>().Select(c => $"{c.Family}/{c.Table}/{c.Chain} {c.Hook} {c.Policy} {c.Priority}"));
        Assert.Equal(["prerouting -100", "ingress -500"], Reading.Of(FirewallSamples.NftHandles).WithoutGaps().All<FirewallChain>().Select(c => $"{c.Hook} {c.Priority}"));
    }

    [Fact]
    public void Matches_and_actions_of_nft()
    {
        var rules = Reading.Of(FirewallSamples.Nft).WithoutGaps().All<FirewallRule>().Where(r => r.Chain == "input").Select(Describe).ToArray();
        Assert.Equal(
            [
                "1 other +", "1 drop ct invalid", "1 accept ct established", "1 accept ct related",
                "2 accept from 10.0.0.0/8,192.168.1.0/25,203.0.113.7/32 tcp dport 80,443,8000-8010 in eth0 ct new",
                "3 drop +", "4 drop tcp dport 22", "5 drop tcp dport 22", "6 reject to 10.96.0.10/32 udp dport 53 with icmp port-unreachable", "7 accept + tcp",
                "8 reject from fd00::/8 icmpv6 with icmpx port-unreachable", "9 mangle + tcp", "10 jump services +", "11 goto services +", "12 drop +", "13 none +", "14 reject + with tcp reset",
            ],
            rules);
    }

    [Fact]
    public void Translations_of_nft()
    {
        var rules = Reading.Of(FirewallSamples.Nft).WithoutGaps().All<FirewallRule>().Where(r => r.Table == "nat").Select(r => $"{r.Chain} {Describe(r)}").ToArray();
        Assert.Equal(
            [
                "endpoint-1 1 jump mark-for-masquerade from 10.1.1.1/32", "endpoint-1 2 dnat tcp => 10.1.1.1:6443",
                "service-a 1 goto +", "service-a 1 goto endpoint-1 +", "service-a 1 goto endpoint-2 +", "mark-for-masquerade 1 mangle",
                "prerouting 1 goto +", "prerouting 1 goto service-a to 10.96.0.1/32 tcp dport 443", "prerouting 1 goto service-b to 10.96.0.20/32 udp dport 53",
                "prerouting 2 dnat to 10.96.0.10/32 tcp dport 80 => 10.1.1.1:8080 10.1.1.2:8080", "prerouting 3 dnat to 10.96.0.11/32 tcp dport 81 => 10.1.1.1:80 10.1.1.2:81",
                "prerouting 4 dnat to 10.96.0.9/32 => 10.1.1.3:8080", "prerouting 5 redirect tcp dport 30080 => :8080-8080",
                "postrouting 1 masquerade + from 10.244.0.0/16 tcp => :40000-40010", "postrouting 2 masquerade out eth0", "postrouting 3 snat from 10.0.0.1/32,10.0.0.2/32 => 192.0.2.1:0 :1000-2000",
            ],
            rules);
    }

    [Fact]
    public void Counters_of_nft_are_named_by_their_rule()
    {
        var reading = Reading.Of(FirewallSamples.Nft).WithoutGaps();
        Assert.Equal((3, 4), (reading.Value("Rule inet/filter.input tcp dport 22 drop"), reading.Value("Rule inet/filter.input tcp dport 22 drop #2")));
        var rules = reading.All<FirewallRule>();
        var counters = reading.All<Counter>().ToDictionary(c => c.Name, c => c.Value);
        Assert.All(rules.Where(r => r.Counter is not null), r => Assert.Equal(r.Packets, counters[r.Counter!]));
        var named = Assert.Single(rules, r => r.Counter == "Rule inet/filter.counter refused");
        Assert.Equal((12, "ip daddr 10.96.0.10 udp dport 53 counter name \"refused\" reject with icmp port-unreachable"), (named.Packets, named.Text));
        Assert.Equal("quota over 25 mbytes reject with tcp reset", rules.Single(r => r.Position == 14 && r.Chain == "input").Text);
        Assert.Equal(["Rule inet/filter", "Rule ip/nat"], reading.All<CounterSection>().Select(s => s.Group));
    }

    [Fact]
    public void The_name_of_a_counter_is_the_same_in_every_reading()
    {
        var before = Reading.Of(FirewallSamples.Nft).All<Counter>().Select(c => c.Name);
        var after = System.Text.RegularExpressions.Regex.Replace(FirewallSamples.Nft, @"packets \d+ bytes \d+", "packets 123456 bytes 99").Replace("used 300 bytes", "used 12 kbytes", StringComparison.Ordinal);
        Assert.Equal(before, Reading.Of(after).All<Counter>().Select(c => c.Name));
        var plain = Reading.Of(System.Text.RegularExpressions.Regex.Replace(FirewallSamples.NftHandles, @" # handle \d+", "")).WithoutGaps().All<Counter>().Select(c => c.Name);
        Assert.Equal(Reading.Of(FirewallSamples.NftHandles).WithoutGaps().All<Counter>().Select(c => c.Name), plain);
    }

    [Fact]
    public void Handles_numbers_and_the_other_family()
    {
        var reading = Reading.Of("# Warning: table ip6 nat is managed by iptables-nft, do not touch!\n" + FirewallSamples.NftHandles).WithoutGaps();
        Assert.Equal(["1 dnat to fd00::10/128 tcp dport 80 => [fd01::1]:8080", "2 none to fd00::11/128", "1 drop ct new"], reading.All<FirewallRule>().Select(Describe));
        Assert.Equal(5, reading.Value("Rule ip6/nat.PREROUTING meta l4proto tcp ip6 daddr fd00::10 tcp dport 80 dnat to [fd01::1]:8080"));
    }

    [Fact]
    public void Json_of_nft()
    {
        var reading = Reading.Of(FirewallSamples.NftJson).WithoutGaps();
        Assert.Equal(
            [
                "in0 1 accept in lo ct established,related", "in0 2 reject from 10.0.0.0/8,192.168.1.0/25 tcp dport 80,8000-8010 with tcp reset", "in0 3 goto svc +", "in0 3 goto svc to 10.96.0.1/32 tcp dport 443",
                "in0 4 drop +", "svc 1 dnat tcp => 10.1.1.1:8080 10.1.1.2:8080", "svc 2 masquerade + => :1024-2048",
            ],
            reading.All<FirewallRule>().Select(r => $"{r.Chain} {Describe(r)}"));
        Assert.Equal(("in0", "input", "drop", -10), (reading.All<FirewallChain>()[0].Chain, reading.All<FirewallChain>()[0].Hook, reading.All<FirewallChain>()[0].Policy, reading.All<FirewallChain>()[0].Priority));
        Assert.Equal((12, 7), (reading.Value("Rule ip/t.counter refused"), reading.Value("Rule ip/t.in0 iifname lo ct state established,related accept comment \"a 'b' {\"")));
    }

    [Fact]
    public void A_ruleset_that_breaks_off_is_a_gap_and_its_last_line_is_not_believed()
    {
        var text = FirewallSamples.Nft[..(FirewallSamples.Nft.IndexOf("ip saddr @seen", StringComparison.Ordinal) - 5)];
        var reading = Reading.Of(text);
        Assert.Equal(GapKind.Truncated, Assert.Single(reading.Gaps).Kind);
        Assert.DoesNotContain(reading.All<FirewallRule>(), r => r.Position == 2);
        var save = Reading.Of(FirewallSamples.IptablesSave[..(FirewallSamples.IptablesSave.Length - "COMMIT\n".Length - 3)]);
        Assert.Equal(GapKind.Truncated, Assert.Single(save.Gaps).Kind);
    }

    [Fact]
    public void Rules_of_iptables_save()
    {
        var reading = Reading.Of(FirewallSamples.IptablesSave).WithoutGaps();
        Assert.Equal(
            [
                "nat/PREROUTING 1 jump KUBE-SERVICES", "nat/POSTROUTING 1 masquerade", "nat/POSTROUTING 2 snat from 10.0.0.1/32 tcp out eth0 => 192.0.2.1:0 :1024-2048",
                "nat/POSTROUTING 3 masquerade + tcp => :40000-40010", "nat/KUBE-MARK-MASQ 1 mangle", "nat/KUBE-SEP-A 1 jump KUBE-MARK-MASQ from 10.244.1.2/32", "nat/KUBE-SEP-A 2 dnat tcp => 10.244.1.2:8080",
                "nat/KUBE-SERVICES 1 jump KUBE-SVC-A to 10.96.0.10/32 tcp dport 80", "nat/KUBE-SVC-A 1 jump KUBE-SEP-A +",
                "filter/INPUT 1 accept ct related,established", "filter/INPUT 2 drop +", "filter/FORWARD 1 jump cali-FORWARD", "filter/FORWARD 2 reject to 10.96.0.20/32 tcp dport 80 with icmp port-unreachable",
                "filter/FORWARD 3 accept + tcp dport 80,443,8000-8010 in eth0", "filter/FORWARD 4 drop + udp", "filter/FORWARD 5 goto cali-FORWARD + tcp", "filter/FORWARD 6 return +", "filter/FORWARD 7 none",
                "filter/FORWARD 8 none",
            ],
            reading.All<FirewallRule>().Select(r => $"{r.Table}/{r.Chain} {Describe(r)}"));
        Assert.Equal((8, 6), (reading.Value("Rule ip/filter.FORWARD -d 10.96.0.20/32 -p tcp -m comment --comment \"default/none has no endpoints\" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable"), reading.Value("Rule ip/filter.FORWARD  #2")));
        var forward = reading.All<FirewallChain>().Single(c => c.Chain == "FORWARD");
        Assert.Equal(("forward", "drop", 17, "Rule ip/filter.FORWARD policy"), (forward.Hook, forward.Policy, forward.Packets, forward.Counter));
        Assert.Equal(17, reading.Value("Rule ip/filter.FORWARD policy"));
        Assert.Null(reading.All<FirewallChain>().Single(c => c.Chain == "cali-FORWARD").Policy);
    }

    [Fact]
    public void Rules_as_commands_tell_their_table_by_their_chains()
    {
        var rules = Reading.Of(FirewallSamples.IptablesRules).WithoutGaps().All<FirewallRule>();
        Assert.Equal(["ip6/nat/PREROUTING 1 jump KUBE-SEP-A to fd00::10/128 tcp dport 80", "ip6/nat/KUBE-SEP-A 1 dnat tcp => [fd01::1]:8080"], rules.Select(r => $"{r.Family}/{r.Table}/{r.Chain} {Describe(r)}"));
        Assert.All(rules, r => Assert.Null(r.Counter));
        var both = Reading.Of(FirewallSamples.IptablesRulesVerbose + FirewallSamples.IptablesRules).WithoutGaps().All<FirewallRule>();
        Assert.Equal(["filter", "filter", "nat", "nat"], both.Select(r => r.Table));
        Assert.Equal((5, "-m comment --comment \"a -c 1 2 b\" -j KUBE-FORWARD"), (both[0].Packets, both[0].Text));
        Assert.Equal("mangle", Assert.Single(Reading.Of("# iptables -t mangle -S FORWARD\n-P FORWARD ACCEPT\n-A FORWARD -j TCPMSS --clamp-mss-to-pmtu\n").WithoutGaps().All<FirewallRule>()).Table);
    }

    [Fact]
    public void Lists_of_iptables()
    {
        var reading = Reading.Of(FirewallSamples.IptablesList).WithoutGaps();
        Assert.Equal(
            [
                "filter/INPUT 1 accept ct related,established", "filter/INPUT 2 none", "filter/FORWARD 1 reject to 10.96.0.20/32 tcp dport 80 with icmp port-unreachable", "filter/FORWARD 2 goto KUBE-FORWARD +",
                "filter/FORWARD 3 accept + from 10.0.0.0/8 tcp dport 80,443,8000-8010 in eth0", "filter/FORWARD 4 drop + udp", "filter/FORWARD 5 log icmp", "filter/KUBE-FORWARD 1 drop +",
                "nat/PREROUTING 1 dnat to 10.96.0.10/32 tcp dport 80-81 => 10.244.1.2:8080", "nat/POSTROUTING 1 masquerade from 10.244.0.0/16 tcp out eth0 => :1024-2048", "nat/POSTROUTING 2 redirect tcp dport 81 => :8080-8080",
            ],
            reading.All<FirewallRule>().Select(r => $"{r.Table}/{r.Chain} {Describe(r)}"));
        Assert.Equal((8, 17), (reading.All<FirewallRule>()[2].Packets, reading.Value("Rule ip/filter.FORWARD policy")));
        Assert.Equal(
            ["ip6/filter/FORWARD 1 drop from fd00::/64 tcp dport 80", "ip6/filter/FORWARD 2 accept to fd01::1/128 icmpv6"],
            Reading.Of(FirewallSamples.Ip6tablesList).WithoutGaps().All<FirewallRule>().Select(r => $"{r.Family}/{r.Table}/{r.Chain} {Describe(r)}"));
    }

    [Fact]
    public void Rounded_counters_are_not_counters()
    {
        var reading = Reading.Of(FirewallSamples.IptablesList.Replace("    8   480 REJECT", " 811K   48M REJECT", StringComparison.Ordinal));
        Assert.Equal((GapKind.Unsupported, 8), (Assert.Single(reading.Gaps).Kind, (int)reading.Gaps[0].From.Line!));
        Assert.Equal((null, null), (reading.All<FirewallRule>()[2].Packets, reading.All<FirewallRule>()[2].Counter));
    }

    [Fact]
    public void A_table_that_is_not_in_force_is_not_read()
    {
        var reading = Reading.Of("table ip t {\n\tflags dormant\n\tchain c {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tdrop\n\t}\n}\n");
        Assert.Empty(reading.Result.Facts);
        Assert.Equal(GapKind.NotCollected, Assert.Single(reading.Gaps).Kind);
    }

    [Fact]
    public void A_protocol_of_one_family_demands_more_in_a_table_of_both()
    {
        const string Text = "table FAMILY t {\n\tchain c {\n\t\tip protocol tcp drop\n\t}\n}\n";
        Assert.Equal((true, false), (
            Reading.Of(Text.Replace("FAMILY", "inet", StringComparison.Ordinal)).All<FirewallRule>()[0].MatchesMore, Reading.Of(Text.Replace("FAMILY", "ip", StringComparison.Ordinal)).All<FirewallRule>()[0].MatchesMore));
    }

    [Fact]
    public void Outputs_below_a_bare_command()
    {
        var text = "iptables -t mangle -L -n\nChain FORWARD (policy ACCEPT)\ntarget     prot opt source               destination         \nDROP       6    --  0.0.0.0/0            0.0.0.0/0           \nnft list ruleset\n"
            + FirewallSamples.NftHandles + "ss -tan\n" + SocketSamples.SsAll + "conntrack -L\n" + SocketSamples.Conntrack;
        var reading = Reading.Of(text).WithoutGaps();
        Assert.Equal(["mangle", "nat", "nat", "guard"], reading.All<FirewallRule>().Select(r => r.Table));
        Assert.Equal((6, 6), (reading.All<SocketState>().Count, reading.All<ConntrackEntry>().Count));
    }

    [Fact]
    public void The_kernels_own_table_of_ipvs_is_in_hexadecimal()
    {
        var read = Reading.Of("""
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port Forward Weight ActiveConn InActConn
            TCP  C0A80016:0CEA wlc
              -> C0A85216:1F90      Tunnel  100    248        2
            TCP  [2620:0000:0000:0000:0000:0000:0000:0001]:0050 sh
              -> [fd12:3456:789a:bcde:1234:5678:9abc:def0]:1F90      Masq  1    3        0
            FWM  10001000 wlc
              -> C0A8321A:0CEA      Route   20     64         1
            """);
        Assert.Equal(["192.168.0.22:3306 192.168.82.22:8080", "[2620::1]:80 [fd12:3456:789a:bcde:1234:5678:9abc:def0]:8080"], read.All<VirtualServer>().Select(v => $"{v.Service} {v.Server}"));
        Assert.Equal([8, 9], read.Gaps.Select(g => (int)g.From.Line!));
    }

    [Fact]
    public void Connections_that_ipvs_remembers_are_read() =>
        Assert.Equal(
            [
                "tcp ESTABLISHED 00:14:58 10.244.1.15:39715 10.96.0.11:80 10.244.2.20:8080",
                "tcp CLOSE 00:00:06 [fd00:244:1::15]:39714 [fd00:96::11]:80 [fd00:244:2::20]:8080",
                "udp UDP 00:04:00 10.244.1.15:5353 10.96.0.10:53 10.244.2.9:53",
            ],
            Reading.Of(FirewallSamples.IpvsConnections).WithoutGaps().All<VirtualConnection>().Select(c => $"{c.Protocol} {c.State} {c.Expires} {c.Source} {c.Service} {c.Server}"));

    [Fact]
    public void Virtual_servers()
    {
        Assert.Equal(
            [
                "tcp 10.96.0.1:443 rr 192.168.0.10:6443 Masq 1 4 0", "tcp 10.96.0.1:443 rr 192.168.0.11:6443 Masq 0 1 17", "udp 10.96.0.10:53 rr     ", "tcp [fd00::10]:53 wlc [fd01::2]:53 Route 3 0 0",
            ],
            Reading.Of(FirewallSamples.Ipvs).WithoutGaps().All<VirtualServer>().Select(v => $"{v.Protocol} {v.Service} {v.Scheduler} {v.Server} {v.Forward} {v.Weight} {v.ActiveConnections} {v.InactiveConnections}"));
        var statistics = Reading.Of(FirewallSamples.IpvsStatistics).WithoutGaps();
        Assert.Equal((50, null), (statistics.Value("Ipvs.InPkts tcp 10.96.0.1:443 192.168.0.10:6443"), Assert.Single(statistics.All<VirtualServer>()).Weight));
        Assert.Equal(GapKind.Unsupported, Reading.Of(FirewallSamples.IpvsStatistics.Replace("    5000     4000", "    500K     400M", StringComparison.Ordinal)).Gaps[0].Kind);
    }

    [Theory]
    [InlineData("tcp dport 80 ip daddr 10.0.0.1 tcp dport 81 drop", "1 drop + to 10.0.0.1/32 tcp dport 80")]
    [InlineData("ip protocol udp tcp dport 80 drop", "1 drop + udp dport 80")]
    [InlineData("tcp dport { } drop", "1 drop + tcp")]
    [InlineData("tcp dport { 80, @x } drop", "1 drop + tcp")]
    [InlineData("ip saddr @nothing drop", "1 drop +")]
    [InlineData("ip saddr 10.0.0.9-10.0.0.1 drop", "1 drop +")]
    [InlineData("ip saddr 0.0.0.0-255.255.255.255 drop", "1 drop from 0.0.0.0/0")]
    [InlineData("ip6 saddr ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff drop", "1 drop from ::/0")]
    [InlineData("ip saddr 10.0.0.1 & 255.0.0.0 drop", "1 drop +")]
    [InlineData("fib daddr type local tcp dport 80 drop", "1 drop +")]
    [InlineData("tcp dport http drop", "1 drop tcp dport 80")]
    [InlineData("tcp dport unheard-of drop", "1 drop + tcp")]
    [InlineData("jump", "1 jump ")]
    [InlineData("drop \"drop", "1 drop +")]
    [InlineData("}{ }} drop", "1 drop +")]
    [InlineData("log prefix \"accept drop\"", "1 log")]
    [InlineData("ct state new,established ct state new drop", "1 drop + ct new,established")]
    [InlineData("meta iifname \"eth0\" th sport 5-6 meta l4proto 132 drop", "1 drop sctp sport 5-6 in eth0")]
    public void Single_rules_of_nft(string rule, string expected)
    {
        var reading = Reading.Of($"table ip t {{\n\tchain c {{\n\t\t{rule}\n\t}}\n}}\n");
        Assert.StartsWith(expected.TrimEnd(), Describe(reading.All<FirewallRule>()[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-s ! 10.0.0.0/8 -j DROP", "1 drop +")]
    [InlineData("-p tcp -m tcp ! --dport 80 -j DROP", "1 drop + tcp")]
    [InlineData("-m iprange --src-range 10.0.0.0-10.0.0.255 -j DROP", "1 drop from 10.0.0.0/24")]
    [InlineData("-p 6 --dport 80: -j NFQUEUE --queue-num 1", "1 queue tcp dport 80-65535")]
    [InlineData("-m conntrack --ctstate DNAT -j ACCEPT", "1 accept + ct dnat")]
    [InlineData("-i eth+ -j ACCEPT", "1 accept +")]
    [InlineData("-j", "1 jump ")]
    [InlineData("-j REJECT", "1 reject with icmp port-unreachable")]
    [InlineData("--comment \"unclosed -j DROP", "1 none")]
    [InlineData("-d 10.0.0.1/32,10.0.0.2/32 -j DNAT --to-destination nowhere", "1 dnat to 10.0.0.1/32,10.0.0.2/32")]
    public void Single_rules_of_iptables(string rule, string expected)
    {
        var reading = Reading.Of($"*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD {rule}\nCOMMIT\n");
        Assert.Equal(expected.TrimEnd(), Describe(Assert.Single(reading.All<FirewallRule>())).TrimEnd());
    }

    private static string Describe(FirewallRule r) =>
        $"{r.Position} {r.Action}{(r.Target is null ? "" : " " + r.Target)}{(r.MatchesMore ? " +" : "")}{List(" from ", r.Sources)}{List(" to ", r.Destinations)}{(r.Protocol is null ? "" : " " + r.Protocol)}"
        + $"{List(" sport ", r.SourcePorts.Select(Range))}{List(" dport ", r.DestinationPorts.Select(Range))}{(r.InputDevice is null ? "" : " in " + r.InputDevice)}{(r.OutputDevice is null ? "" : " out " + r.OutputDevice)}"
        + $"{List(" ct ", r.ConntrackStates)}{(r.Translations.Count == 0 && r.TranslatedPorts is null ? "" : " =>")}{string.Concat(r.Translations.Select(t => $" {t}"))}"
        + $"{(r.TranslatedPorts is { } p ? $" :{p.First}-{p.Last}" : "")}{(r.RejectWith is null ? "" : " with " + r.RejectWith)}";

    private static string Range((int First, int Last) ports) => ports.First == ports.Last ? $"{ports.First}" : $"{ports.First}-{ports.Last}";

    private static string List<T>(string label, IEnumerable<T> values) => values.Any() ? label + string.Join(',', values) : "";
}
