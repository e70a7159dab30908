using System.Buffers.Binary;
using System.Net;

namespace Whydrop.Tcp.Facts;

/// <summary>An IP address of either version as a value: tables by address allocate nothing per frame.</summary>
/// <param name="Value">IPv4: its 32 bits.</param>
/// <param name="IsIpv6">Which version.</param>
internal readonly record struct AddressNumber(UInt128 Value, bool IsIpv6)
{
    /// <summary>An address of 4 or 16 bytes.</summary>
    public static AddressNumber From(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 16 ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes), true) : new(BinaryPrimitives.ReadUInt32BigEndian(bytes), false);

    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new IPAddress(IsIpv6 ? bytes : bytes[12..]);
    }
}
