using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Flows;

/// <summary>A connection: exactly two cache lines, all that a clean segment touches.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 128)]
internal struct FlowRecord
{
    public FlowKeyBits Key;

    public long LastTime;

    /// <summary>Frame number of the last frame in the <see cref="FrameHistory"/>; 0 when none.</summary>
    public uint LastFrame;

    /// <summary>0: nothing unusual ever. n &gt; 0: <see cref="Observations.UnusualFlow"/> n−1 exists, now quiet. Negative: −n, and every segment needs a close look.</summary>
    public int Unusual;

    public SenderState Low;
    public SenderState High;

    /// <summary>The last frame came from the higher end.</summary>
    public readonly bool HighSpokeLast => (Low.Bits & SenderState.HighLast) != 0;

    /// <summary>The last data came from the higher end.</summary>
    public readonly bool HighSentLast => (High.Bits & SenderState.HighLast) != 0;

    /// <summary>Keeps who spoke, and who sent data.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spoke(bool fromHigh, bool data)
    {
        var mark = fromHigh ? SenderState.HighLast : (byte)0;
        Low.Bits = (byte)((Low.Bits & ~SenderState.HighLast) | mark);
        if (data)
        {
            High.Bits = (byte)((High.Bits & ~SenderState.HighLast) | mark);
        }
    }
}
