using System.Buffers.Binary;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Recognises datagrams whose inside cannot be read.</summary>
internal static class EncryptedFrame
{
    private const byte EspProtocol = 50;
    private const int NatTraversalPort = 4500;

    /// <summary>SPI and sequence number (RFC 4303, 2).</summary>
    private const int EspHeader = 8;

    /// <summary>What it is; null when it can be read or is something else.</summary>
    public static string? Kind(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        if (h.Status == DecodeStatus.OtherIp)
        {
            return h.Protocol == EspProtocol ? "ESP" : null;
        }

        if (h.Status != DecodeStatus.Udp || h.CapturedPayload(frame) is not { Length: >= 4 } payload)
        {
            return null;
        }

        var word = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        return IsWireGuard(word, h.PayloadLength) ? "WireGuard"
            // RFC 3948, 2: an SPI is never zero there; zero marks IKE, one byte alone a keep-alive.
            : (h.SourcePort == NatTraversalPort || h.DestinationPort == NatTraversalPort) && word != 0 && h.PayloadLength > EspHeader ? "ESP in UDP"
            : null;
    }

    /// <summary>A type and three reserved zero bytes, and the length that the type has; data are padded to 16 bytes (WireGuard protocol, messages 1 to 4).</summary>
    private static bool IsWireGuard(uint word, int length) => word switch
    {
        1 => length == 148,
        2 => length == 92,
        3 => length == 64,
        4 => length >= 32 && length % 16 == 0,
        _ => false,
    };
}
