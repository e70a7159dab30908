namespace Whydrop.Capture;

/// <summary>Where a frame's bytes and options stand in its pcapng block.</summary>
/// <param name="bytesStart">Where the bytes start.</param>
/// <param name="captured">Bytes kept, as the block claims.</param>
/// <param name="blockLength">Length of the block, as it claims.</param>
internal readonly struct FrameExtent(int bytesStart, uint captured, uint blockLength)
{
    public int BytesStart => bytesStart;

    public uint Captured => captured;

    public uint BlockLength => blockLength;

    /// <summary>Some writers leave the padding out of the block's length: it is put back.</summary>
    public long Padded => RoundUp(blockLength);

    /// <summary>The bytes must fit; their padding may be the part that such a writer left out.</summary>
    public bool FitsItsBlock => bytesStart + (long)captured + PcapngBlock.TrailerLength <= Padded;

    /// <summary>The block fits the window. Of a larger one, which has more than 200 KiB of options, the frame is taken and the options are not.</summary>
    public bool Whole => Padded <= CaptureBuffer.Size;

    /// <summary>Bytes that must stand in the window.</summary>
    public long Needed => Whole ? Padded : bytesStart + RoundUp(captured);

    /// <summary>Where the trailer of a whole block starts.</summary>
    public int BlockEnd => (int)Padded - PcapngBlock.TrailerLength;

    public int OptionsStart => bytesStart + (int)RoundUp(captured);

    public bool HasOptions => Whole && OptionsStart < BlockEnd;

    public static long RoundUp(uint length) => ((long)length + 3) & ~3L;
}
