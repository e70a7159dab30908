using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>One complete TCP option. The typed readings say false when the kind or the length is another.</summary>
public readonly ref struct TcpOption
{
    private const ushort FastOpenExperiment = 0xf989;

    internal TcpOption(TcpOptionKind kind, ReadOnlySpan<byte> value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>Kind; unknown numbers are kept.</summary>
    public TcpOptionKind Kind { get; }

    /// <summary>Bytes behind kind and length.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Number of SACK blocks, 0 for another kind or a length that is not 8n + 2.</summary>
    public int SackBlockCount => Kind == TcpOptionKind.Sack && Value.Length % 8 == 0 ? Value.Length / 8 : 0;

    /// <summary>A SACK block; default when there is no such block.</summary>
    /// <param name="index">From 0 to <see cref="SackBlockCount"/> − 1.</param>
    public SackBlock SackBlock(int index) => (uint)index < (uint)SackBlockCount
        ? new SackBlock(BinaryPrimitives.ReadUInt32BigEndian(Value[(index * 8)..]), BinaryPrimitives.ReadUInt32BigEndian(Value[((index * 8) + 4)..]))
        : default;

    /// <summary>Maximum segment size in bytes.</summary>
    /// <param name="bytes">The value.</param>
    public bool TryGetMaximumSegmentSize(out ushort bytes)
    {
        var right = Kind == TcpOptionKind.MaximumSegmentSize && Value.Length == 2;
        bytes = right ? BinaryPrimitives.ReadUInt16BigEndian(Value) : (ushort)0;
        return right;
    }

    /// <summary>Window scale: the shift as sent; RFC 7323 (2.3) has values above 14 used as 14.</summary>
    /// <param name="shift">Bits to shift the window field left.</param>
    public bool TryGetWindowScale(out byte shift)
    {
        var right = Kind == TcpOptionKind.WindowScale && Value.Length == 1;
        shift = right ? Value[0] : (byte)0;
        return right;
    }

    /// <summary>Timestamps.</summary>
    /// <param name="value">TSval.</param>
    /// <param name="echoReply">TSecr.</param>
    public bool TryGetTimestamps(out uint value, out uint echoReply)
    {
        var right = Kind == TcpOptionKind.Timestamps && Value.Length == 8;
        value = right ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;
        echoReply = right ? BinaryPrimitives.ReadUInt32BigEndian(Value[4..]) : 0;
        return right;
    }

    /// <summary>Fast open cookie; empty in a request. The experimental form (RFC 7413, appendix A, magic 0xF989) counts too.</summary>
    /// <param name="cookie">The cookie.</param>
    public bool TryGetFastOpenCookie(out ReadOnlySpan<byte> cookie)
    {
        cookie = [];
        if (Kind == TcpOptionKind.FastOpenCookie)
        {
            cookie = Value;
            return true;
        }

        if (Kind is TcpOptionKind.Experiment1 or TcpOptionKind.Experiment2 && Value.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(Value) == FastOpenExperiment)
        {
            cookie = Value[2..];
            return true;
        }

        return false;
    }

    /// <summary>Subtype of a Multipath TCP option: 0 MP_CAPABLE, 1 MP_JOIN, 2 DSS and so on (RFC 8684, 3).</summary>
    /// <param name="subtype">The subtype.</param>
    public bool TryGetMultipathSubtype(out byte subtype)
    {
        var right = Kind == TcpOptionKind.MultipathTcp && !Value.IsEmpty;
        subtype = right ? (byte)(Value[0] >> 4) : (byte)0;
        return right;
    }
}
