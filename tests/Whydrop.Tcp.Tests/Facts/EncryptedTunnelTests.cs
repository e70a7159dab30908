using System.Buffers.Binary;
using Whydrop.Evidence.Journeys;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

public sealed class EncryptedTunnelTests
{
    [Theory]
    [InlineData(4500, "00000000 aabbccdd aabbccdd 21202308", null)]
    [InlineData(4500, "ff", null)]
    [InlineData(4500, "c0ffee01 00000001 0102030405060708", "ESP in UDP")]
    [InlineData(4501, "c0ffee01 00000001 0102030405060708", null)]
    [InlineData(51820, "04000000 01000000 0000000000000000 00112233445566778899aabbccddeeff", "WireGuard")]
    [InlineData(51820, "04000000 01000000 0000000000000000 00112233445566778899aabbccddee", null)]
    [InlineData(51820, "04000001 01000000 0000000000000000 00112233445566778899aabbccddeeff", null)]
    [InlineData(51820, "05000000 01000000 0000000000000000 00112233445566778899aabbccddeeff", null)]
    [InlineData(51820, "03000000", null)]
    [InlineData(51820, "", null)]
    [InlineData(53, "04000000 01000000 0000000000000000 00112233445566778899aabbccddeeff", "WireGuard")]
    public void Datagrams_are_known_by_what_the_protocols_fix(int port, string payload, string? expected)
    {
        var trace = new Trace();
        trace.Add(1, Udp("10.1.0.1", "10.1.0.2", port, payload));

        Assert.Equal(expected, trace.Analyse().Of<EncryptedTunnel>().SingleOrDefault()?.Kind);
    }

    [Fact]
    public void A_tunnel_is_told_once_by_who_spoke_first_with_its_frames_of_both_directions()
    {
        var trace = new Trace();
        for (var i = 0; i < 6; i++)
        {
            var back = i % 2 != 0;
            trace.Add(1000 * (10 + i), Udp(back ? "10.1.0.1" : "10.1.0.2", back ? "10.1.0.2" : "10.1.0.1", 4500, "c0ffee01 00000001 0102030405060708"));
        }

        var tunnel = Assert.Single(trace.Analyse().Of<EncryptedTunnel>());

        Assert.Equal(("10.1.0.2", "10.1.0.1", 6L, 1L), (tunnel.Near.ToString(), tunnel.Far.ToString(), tunnel.Frames, tunnel.From.Frame));
        Assert.Equal(TimeSpan.FromSeconds(5), tunnel.Last - tunnel.First);
    }

    [Fact]
    public void Forged_addresses_take_no_more_than_their_room()
    {
        var trace = new Trace();
        for (var i = 0; i < 1000; i++)
        {
            trace.Add(i, Udp($"10.1.{i >> 8}.{i & 255}", "10.2.0.1", 4500, "c0ffee01 00000001 0102030405060708"));
        }

        Assert.Equal(256, trace.Analyse().Of<EncryptedTunnel>().Count);
    }

    private static byte[] Udp(string source, string destination, int port, string payload)
    {
        var bytes = Convert.FromHexString(payload.Replace(" ", "", StringComparison.Ordinal));
        var udp = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        bytes.CopyTo(udp, 8);
        return Wrapping.InEthernet(Wrapping.Ipv4(source, destination, 17, udp));
    }
}
