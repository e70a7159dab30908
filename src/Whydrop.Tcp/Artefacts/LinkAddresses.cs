using System.Buffers.Binary;
using Whydrop.Wire;

namespace Whydrop.Tcp.Artefacts;

/// <summary>Link-layer source and destination of a frame, as far as its link header names them; or which way it went.</summary>
/// <param name="Source">Six bytes; 0 when not named.</param>
/// <param name="Destination">Six bytes; or, behind a cooked header, its packet type above bit 48.</param>
internal readonly record struct LinkAddresses(ulong Source, ulong Destination)
{
    private const int Ethernet = 1;
    private const int LinuxSll = 113;
    private const int LinuxSll2 = 276;
    private const int CookedShift = 48;

    /// <summary>Nothing tells one pass from another.</summary>
    public bool IsEmpty => (Source | Destination) == 0;

    public static LinkAddresses Of(int linkType, ReadOnlySpan<byte> frame) => linkType switch
    {
        Ethernet when frame.Length >= 14 => new(Address(frame[6..]), Address(frame)),
        LinuxSll when frame.Length >= 16 => new(Address(frame[6..]), (1UL + frame[1]) << CookedShift),
        LinuxSll2 when frame.Length >= 20 => new(Address(frame[12..]), (1UL + frame[10]) << CookedShift),
        _ => default,
    };

    /// <summary>"source>destination"; null when they are not both named.</summary>
    public string? ToText() => IsEmpty || Destination >> CookedShift != 0 ? null : $"{Text(Source)}>{Text(Destination)}";

    private static ulong Address(ReadOnlySpan<byte> bytes) => ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);

    private static string Text(ulong address)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, address);
        return WireAddress.MacText(bytes[2..]);
    }
}
