using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Whydrop.Tcp.Facts;
using Whydrop.Wire;

namespace Whydrop.Tcp.Artefacts;

/// <summary>Verifies the TCP checksum of a sample of the fully captured segments, and tells an offloaded checksum from damage.</summary>
internal static class ChecksumSample
{
    private const int First = 4096;
    private const int Every = 64;
    private const int Rare = 4;

    /// <summary>Whether a frame belongs to the sample: all of a short capture, one in 64 of a long one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Wants(long frame) => frame <= First || frame % Every == 0;

    /// <summary>Whether every frame of a point is verified: damage was seen there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool WantsAll(PointTally point) => point.BadChecksumsNotOffload != 0 && IsDamage(point);

    /// <summary>Verifies a segment.</summary>
    /// <returns>It is damaged. A capture in which every fourth checksum is wrong was edited, or its device is not understood: then none is.</returns>
    public static bool Take(in PacketHeaders h, ReadOnlySpan<byte> frame, PointTally point)
    {
        var length = h.PayloadOffset + h.PayloadLength - h.TransportOffset;
        var addressBytes = h.IpVersion == 6 ? 32 : 8;
        var addressAt = h.IpOffset + (h.IpVersion == 6 ? 8 : 12);
        if (h.TransportOffset + length > frame.Length || length < 20 || h.FragmentOffset != 0 || addressAt + addressBytes > frame.Length)
        {
            return false;
        }

        var pseudo = Sum(frame.Slice(addressAt, addressBytes), 6 + (uint)length);
        var total = Fold(Sum(frame.Slice(h.TransportOffset, length), pseudo));
        point.VerifiedChecksums++;
        if (total == 0xFFFF)
        {
            return false;
        }

        // CHECKSUM_PARTIAL: the stack leaves the folded pseudo-header sum in the field and the device does the rest. A super-packet's
        // length in it may be that of the whole or 0.
        var field = BinaryPrimitives.ReadUInt16BigEndian(frame[(h.TransportOffset + 16)..]);
        var withoutLength = Fold(Sum(frame.Slice(addressAt, addressBytes), 6));
        point.BadChecksums++;
        if (field == Fold(pseudo) || field == withoutLength || field == 0 || h.LinkPacketType == 4)
        {
            return false;
        }

        point.BadChecksumsNotOffload++;
        return IsDamage(point);
    }

    private static bool IsDamage(PointTally point) => point.BadChecksumsNotOffload <= point.VerifiedChecksums / Rare;

    private static uint Fold(ulong sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (uint)sum;
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes, ulong sum)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }
}
