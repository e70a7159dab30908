using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class RouteTests
{
    [Fact]
    public void Routes_of_both_families_with_next_hops_and_metrics()
    {
        var routes = Reading.Of(Samples.IpRoute).WithoutGaps().All<Route>();
        Assert.Equal(
            [
                "ens3 main unicast 0.0.0.0/0 10.6.0.1", "flannel.1 main unicast 10.1.7.0/24 10.1.7.0", "ens3 main unicast 10.2.0.0/16 10.6.0.2",
                "ens4 main unicast 10.2.0.0/16 10.6.0.3", " main blackhole 10.244.128.0/26 ", "lo local local 127.0.0.1/32 ", "ens3 main unicast fe80::/64 ",
                "ens3 main unicast ::/0 fe80::1",
            ],
            routes.Select(Short));
        Assert.Equal((100, 1400, true, 1360, false), (routes[0].Metric, routes[0].Mtu, routes[0].MtuLocked, routes[0].AdvertisedMss, routes[0].Cached));
        Assert.Equal(IPAddress.Parse("10.6.3.201"), routes[0].Source);
        Assert.Equal((1024, 1492, false), (routes[7].Metric, routes[7].Mtu, routes[7].MtuLocked));
        Assert.Equal([1L, 2, 4, 5, 6, 7, 8, 9], routes.Select(r => r.From.Line!.Value));
    }

    [Fact]
    public void A_learned_path_mtu()
    {
        var route = Assert.Single(Reading.Of(Samples.IpRouteGet).WithoutGaps().All<Route>());
        Assert.Equal("eth0 main unicast 10.0.0.9/32 192.0.2.1", Short(route));
        Assert.Equal((1440, true, IPAddress.Parse("192.0.2.2")), (route.Mtu, route.Cached, route.Source));
    }

    [Theory]
    [InlineData("10.0.0.9 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0 \n    cache \n", null, true)]
    [InlineData("10.0.0.9 from 10.0.0.2 via 192.0.2.1 dev eth0 \n    cache  expires 594sec ipid 0x1234 mtu 1440 advmss 1400 hoplimit 64\n", 1440, true)]
    [InlineData("10.0.0.9 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0\\    cache expires 12sec mtu 1300 \n", 1300, true)]
    [InlineData("2001:db8::9 from :: via fe80::1 dev eth0 proto ra src 2001:db8::2 metric 1024 expires 500sec mtu 1280 pref medium\n", 1280, false)]
    [InlineData("2001:db8::9 via 2001:db8:1::1 dev eth0 metric 1024 expires 594sec mtu 1389 pref medium\n", 1389, true)]
    [InlineData("local 127.0.0.1 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n", null, true)]
    public void Answers_of_route_get(string text, int? mtu, bool cached)
    {
        var route = Assert.Single(Reading.Of(text).WithoutGaps().All<Route>());
        Assert.Equal((mtu, cached), (route.Mtu, route.Cached));
    }

    [Theory]
    [InlineData("unreachable default dev lo table unspec proto kernel metric 4294967295 error -101 pref medium", "lo unspec unreachable ::/0 ")]
    [InlineData("default via inet6 fe80::1 dev eth0", "eth0 main unicast 0.0.0.0/0 fe80::1")]
    [InlineData("10.0.0.0/24 via inet6 fe80::1 dev eth0 proto bird metric 32", "eth0 main unicast 10.0.0.0/24 fe80::1")]
    [InlineData("default dev tun0 scope link", "tun0 main unicast 0.0.0.0/0 ")]
    [InlineData("default dev tun0 metric 1024 pref medium", "tun0 main unicast ::/0 ")]
    [InlineData("10.3.0.0/16 encap ip id 5 src 1.1.1.1 dst 10.0.0.1 ttl 0 tos 0 via 10.9.9.9 dev vx0", "vx0 main unicast 10.3.0.0/16 10.9.9.9")]
    [InlineData("unicast 10.4.0.0/16 via 10.0.0.1 dev eth0 table 100 proto static scope global", "eth0 100 unicast 10.4.0.0/16 10.0.0.1")]
    [InlineData("10.5.0.0/16 nhid 12 via 10.0.0.1 dev eth0 proto zebra metric 20 linkdown", "eth0 main unicast 10.5.0.0/16 10.0.0.1")]
    [InlineData("prohibit 10.6.0.0/16", " main prohibit 10.6.0.0/16 ")]
    [InlineData("throw 10.7.0.0/16 table 7 metric 5", " 7 throw 10.7.0.0/16 ")]
    [InlineData("multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium", "eth0 local multicast ff00::/8 ")]
    [InlineData("10.0.0.0/8 via 10.64.54.1 dev tun0  proto static  metric 50", "tun0 main unicast 10.0.0.0/8 10.64.54.1")]
    public void Single_routes(string line, string expected)
    {
        var route = Assert.Single(Reading.Of(line + "\n").WithoutGaps().All<Route>());
        Assert.Equal(expected, Short(route));
        Assert.Null(route.Metric is null or < 1_000_000 ? null : route);
    }

    [Fact]
    public void The_source_of_an_encapsulation_is_not_the_routes() =>
        Assert.Null(Assert.Single(Reading.Of("10.3.0.0/16 encap ip id 5 src 1.1.1.1 dst 10.0.0.1 ttl 0 tos 0 via 10.9.9.9 dev vx0\n").All<Route>()).Source);

    [Fact]
    public void A_default_route_takes_the_family_of_the_list_it_stands_in()
    {
        var routes = Reading.Of("fd00::/64 dev eth0 metric 256\ndefault dev eth0 metric 1024\n").All<Route>();
        Assert.Equal("::/0", routes[1].Destination.ToString());
    }

    [Fact]
    public void Json_routes()
    {
        var routes = Reading.Of(Samples.IpRouteJson).WithoutGaps().All<Route>();
        Assert.Equal(
            ["eth0 main unicast 0.0.0.0/0 192.0.2.1", " main blackhole 10.9.0.0/26 ", "eth0 main unicast 10.2.0.0/16 10.0.0.2", "eth1 main unicast 10.2.0.0/16 10.0.0.3"],
            routes.Select(Short));
        Assert.Equal(1400, routes[0].Mtu);
    }

    [Fact]
    public void Json_answer_of_route_get()
    {
        var route = Assert.Single(Reading.Of("""[{"dst":"10.0.0.9","gateway":"192.0.2.1","dev":"eth0","prefsrc":"192.0.2.2","flags":[],"uid":0,"cache":[],"metrics":[{"mtu":1440}]}]""").WithoutGaps().All<Route>());
        Assert.Equal((1440, true, "10.0.0.9/32"), (route.Mtu, route.Cached, route.Destination.ToString()));
    }

    [Fact]
    public void Tables_of_net_tools()
    {
        var routes = Reading.Of(Samples.RouteTable).WithoutGaps().All<Route>();
        Assert.Equal(["eth0 main unicast 0.0.0.0/0 10.0.0.2", "eth0 main unicast 10.0.0.0/24 ", " main unreachable 10.9.0.0/16 "], routes.Select(Short));
        Assert.Equal(100, routes[0].Metric);

        var routes6 = Reading.Of(Samples.RouteTable6).WithoutGaps().All<Route>();
        Assert.Equal(["eth0 main unicast fd00::/64 ", "eth0 main unicast ::/0 fd00::1", "lo main unreachable ::/0 ", "eth0 local local fd00::2/128 "], routes6.Select(Short));
    }

    [Fact]
    public void The_mss_column_is_forty_more_than_the_advertised_mss()
    {
        var reading = Reading.Of("Kernel IP routing table\nDestination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n0.0.0.0         192.0.2.1       0.0.0.0         UG     1440 0          0 eth0\n10.0.0.0        0.0.0.0         255.0.0.0       U         0 0          0 eth0\n").WithoutGaps();
        Assert.Equal([1400, null], reading.All<Route>().Select(r => r.AdvertisedMss));
    }

    [Fact]
    public void A_route_without_device_is_a_blackhole()
    {
        var route = Assert.Single(Reading.Of("Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n10.23.0.0       0.0.0.0         255.255.255.192 U     0      0        0 *\n").WithoutGaps().All<Route>());
        Assert.Equal(" main blackhole 10.23.0.0/26 ", Short(route));
    }

    [Fact]
    public void Names_in_place_of_addresses_are_a_gap()
    {
        var reading = Reading.Of("Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\ndefault         gateway         0.0.0.0         UG    100    0        0 ens33\nlink-local      *               255.255.0.0     U     0      0        0 ens33\n10.0.0.0        *               255.0.0.0       U     0      0        0 ens33\n");
        Assert.Equal("10.0.0.0/8", Assert.Single(reading.All<Route>()).Destination.ToString());
        Assert.Contains("2 routes", Assert.Single(reading.Gaps).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules()
    {
        var rules = Reading.Of(Samples.IpRule).WithoutGaps().All<RoutingRule>();
        Assert.Equal(
            [(0, "from all", "local"), (100, "from 10.0.0.0/8 fwmark 0x1/0xf iif eth0", "100"), (200, "from all to 10.9.0.0/16", null), (32766, "from all", "main")],
            rules.Select(r => (r.Priority, r.Selector, r.Table)));
        Assert.Equal([(0, "from all", "local"), (100, "from 10.0.0.0/8 fwmark 0x1", "100")], Reading.Of(Samples.IpRuleJson).WithoutGaps().All<RoutingRule>().Select(r => (r.Priority, r.Selector, r.Table)));
    }

    private static string Short(Route r) => $"{r.At.Interface} {r.Table} {r.Type} {r.Destination} {r.Via}";
}
