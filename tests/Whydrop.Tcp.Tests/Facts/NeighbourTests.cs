using System.Buffers.Binary;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

/// <summary>Requests for link-layer addresses and their answers.</summary>
public class NeighbourTests
{
    [Fact]
    public void Requests_and_answers_are_counted_per_pair()
    {
        var trace = new Trace();
        trace.Add(0, Arp(1, "10.0.0.1", "10.0.0.9", 0x11));
        trace.Add(1000, Arp(1, "10.0.0.1", "10.0.0.9", 0x11));
        trace.Add(1001, Arp(2, "10.0.0.9", "10.0.0.1", 0x99));
        trace.Add(2000, Arp(1, "10.0.0.1", "10.0.0.8", 0x11));

        var told = trace.Analyse().Of<NeighbourQuery>();

        Assert.Equal(2, told.Count);
        Assert.Equal((2L, 1L, "02:00:00:00:00:99"), (told[0].Asked, told[0].Answered, told[0].Macs.Single()));
        Assert.Equal((IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.9"), 1L), (told[0].Asker, told[0].Target, told[0].From.Frame));
        Assert.Equal(TimeSpan.FromMilliseconds(1001), told[0].Last - told[0].First);
        Assert.Equal((1L, 0L, 0), (told[1].Asked, told[1].Answered, told[1].Macs.Count));
    }

    [Fact]
    public void Two_claimants_and_a_gratuitous_announcement_are_told_in_order()
    {
        var trace = new Trace();
        trace.Add(0, Arp(1, "10.0.0.1", "10.0.0.9", 0x11));
        trace.Add(1, Arp(2, "10.0.0.9", "10.0.0.1", 0x99));
        trace.Add(2, Arp(2, "10.0.0.9", "10.0.0.1", 0x88));
        trace.Add(3, Arp(1, "10.0.0.9", "10.0.0.9", 0x77));

        var told = trace.Analyse().Of<NeighbourQuery>();

        Assert.Equal(["02:00:00:00:00:99", "02:00:00:00:00:88", "02:00:00:00:00:77"], told[0].Macs);
        Assert.Equal(told[1].Asker, told[1].Target);
        Assert.Equal(told[0].Macs, told[1].Macs);
    }

    [Fact]
    public void Neighbour_discovery_is_told_alike()
    {
        var trace = new Trace();
        trace.Add(0, Wrapping.InEthernet(Nd(135, "fe80::1", "ff02::1:ff00:9", "fe80::9", 1, 0x11)));
        trace.Add(1, Wrapping.InEthernet(Nd(136, "fe80::9", "fe80::1", "fe80::9", 2, 0x99)));
        trace.Add(2, Wrapping.InEthernet(Nd(136, "fe80::9", "ff02::1", "fe80::9", 2, 0x88)));

        var told = trace.Analyse().Of<NeighbourQuery>();

        Assert.Equal((1L, 1L), (told[0].Asked, told[0].Answered));
        Assert.Equal(["02:00:00:00:00:99", "02:00:00:00:00:88"], told[0].Macs);
        Assert.Equal((IPAddress.Parse("fe80::1"), IPAddress.Parse("fe80::9")), (told[0].Asker, told[0].Target));
        Assert.Equal(told[1].Asker, told[1].Target);
    }

    [Fact]
    public void Messages_about_group_membership_are_counted()
    {
        var trace = new Trace();
        var report = Wrapping.Ipv6("fe80::1", "ff02::16", 58, [143, 0, 0, 0, 0, 0, 0, 0]);
        trace.Add(0, Wrapping.InEthernet(report));
        trace.Add(1, Wrapping.InEthernet(Wrapping.Ipv4("10.0.0.1", "224.0.0.22", 2, [0x22, 0, 0, 0, 0, 0, 0, 0])));
        trace.Add(2, Wrapping.InEthernet(Wrapping.Ipv6("fe80::1", "fe80::2", 58, [128, 0, 0, 0, 0, 0, 0, 0])));
        trace.Add(3, Arp(1, "10.0.0.1", "10.0.0.9", 0x11));

        Assert.Equal(2, Assert.Single(trace.Analyse().Of<CaptureSummary>()).GroupMessages);
    }

    [Fact]
    public void A_flood_is_bounded_and_broken_packets_are_left_alone()
    {
        var trace = new Trace();
        for (var i = 0; i < 20_010; i++)
        {
            trace.Add(i, Arp(1, "10.0.0.1", $"10.1.{i / 256}.{i % 256}", 0x11));
        }

        var whole = Arp(1, "10.0.0.1", "10.0.0.9", 0x11);
        for (var length = 14; length < whole.Length; length++)
        {
            trace.Add(30_000, whole[..length]);
        }

        var analysed = trace.Analyse();

        Assert.Equal(20_000, analysed.Of<NeighbourQuery>().Count);
        Assert.Contains(analysed.Of<Gap>(), g => g.Kind == GapKind.Limited && g.Reason.StartsWith("10 ARP", StringComparison.Ordinal));
    }

    private static byte[] Arp(byte operation, string sender, string target, byte mac)
    {
        var frame = new byte[42];
        frame[6] = 2;
        frame[11] = mac;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0806);
        new byte[] { 0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, mac }.CopyTo(frame, 14);
        IPAddress.Parse(sender).GetAddressBytes().CopyTo(frame, 28);
        IPAddress.Parse(target).GetAddressBytes().CopyTo(frame, 38);
        return frame;
    }

    private static byte[] Nd(byte type, string from, string to, string target, byte option, byte mac)
    {
        var message = new byte[32];
        message[0] = type;
        IPAddress.Parse(target).GetAddressBytes().CopyTo(message, 8);
        new byte[] { option, 1, 2, 0, 0, 0, 0, mac }.CopyTo(message, 24);
        var datagram = Wrapping.Ipv6(from, to, 58, message);
        datagram[7] = 255;
        return datagram;
    }
}
