using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Flows;

/// <summary>What the first packets of a connection said; written at the handshake, read for judgement and reports. A cache line.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 64)]
internal struct FlowOpening
{
    public long First;

    /// <summary>Time of the last SYN; 0 when none.</summary>
    public long SynTime;

    /// <summary>SYN to the ACK of the SYN-ACK in nanoseconds; 0 when not seen. Wireshark's initial RTT.</summary>
    public uint InitialRttNanoseconds;

    /// <summary>SYN to SYN-ACK in microseconds plus one; 0 when not seen.</summary>
    public uint HandshakeRtt;

    public uint FirstFrame;

    /// <summary>The bits below, and from bit 8 <see cref="Story"/>.</summary>
    public uint Bits;

    public SenderOpening Low;
    public SenderOpening High;

    public const uint ClientHigh = 1;
    public const uint ClientKnown = 2;
    public const uint ReusedPorts = 4;

    /// <summary>The first frame travels from the higher to the lower outer address.</summary>
    public const uint FirstTunnelReversed = 8;

    /// <summary>The first frame came from the higher end point.</summary>
    public const uint FirstFromHigh = 16;

    private const int StoryShift = 8;

    /// <summary>Number of its <see cref="Talk.FlowStory"/>, plus one; 0 when it has none.</summary>
    public int Story
    {
        readonly get => (int)(Bits >> StoryShift);
        set => Bits = (Bits & ((1u << StoryShift) - 1)) | ((uint)value << StoryShift);
    }
}
