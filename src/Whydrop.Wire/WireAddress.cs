using System.Net;

namespace Whydrop.Wire;

/// <summary>Addresses as the BCL knows them. Allocates: not for the packet path.</summary>
public static class WireAddress
{
    /// <summary>An IPv4 address from its number (192.0.2.1 = 0xC0000201).</summary>
    /// <param name="address">The number, as in <see cref="PacketHeaders.Source4"/>.</param>
    public static IPAddress FromIpv4(uint address) => new([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);

    /// <summary>An address from its bytes in network order; null unless there are 4 or 16.</summary>
    /// <param name="bytes">4 or 16 bytes.</param>
    public static IPAddress? FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes) : null;

    /// <summary>A MAC address as <c>02:00:5e:10:00:01</c>; longer link addresses (InfiniBand) likewise; empty for none.</summary>
    /// <param name="bytes">The link-layer address.</param>
    public static string MacText(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder(bytes.Length * 3);
        foreach (var value in bytes)
        {
            text.Append(text.Length == 0 ? "" : ":").Append(value.ToString("x2"));
        }

        return text.ToString();
    }
}
