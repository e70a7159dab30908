namespace Whydrop.Wire.Walk;

/// <summary>Where the general decoder stands in one frame.</summary>
internal ref struct FrameWalk
{
    /// <summary>The captured bytes.</summary>
    internal readonly ReadOnlySpan<byte> Frame;

    /// <summary>The result being filled.</summary>
    internal readonly ref PacketHeaders Headers;

    /// <summary>Where the enclosing layer ends on the wire: the frame, then each IP datagram.</summary>
    internal int WireEnd;

    /// <summary>First byte that may not be read: end of the capture or of the enclosing layer.</summary>
    internal int CapturedEnd;

    /// <summary>The enclosing datagram is a first fragment: what is missing may follow in a later frame.</summary>
    internal bool Continues;

    /// <summary>A length field claims more than its enclosing layer holds.</summary>
    internal bool Contradicted;

    internal FrameWalk(ReadOnlySpan<byte> frame, int wireLength, ref PacketHeaders headers)
    {
        Frame = frame;
        Headers = ref headers;
        WireEnd = wireLength;
        CapturedEnd = frame.Length;
    }

    /// <summary>Whether the bytes can be read; if not, the status says whether the capture or the packet is short.</summary>
    internal readonly bool Has(int offset, int count)
    {
        if (count <= CapturedEnd - offset)
        {
            return true;
        }

        Headers.Status = count <= WireEnd - offset || Continues ? DecodeStatus.Cut : DecodeStatus.Malformed;
        return false;
    }

    /// <summary>Narrows the walk to an IP datagram.</summary>
    internal void EnterDatagram(int offset, int length)
    {
        Headers.IpLength = length;
        if (length > WireEnd - offset)
        {
            Contradicted |= !Continues;
        }

        WireEnd = (int)Math.Min((long)offset + length, int.MaxValue);
        CapturedEnd = Math.Min(CapturedEnd, WireEnd);
    }
}
