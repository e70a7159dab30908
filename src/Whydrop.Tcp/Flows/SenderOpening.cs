namespace Whydrop.Tcp.Flows;

/// <summary>What one end said in its SYN, and where its numbers begin. 16 bytes.</summary>
internal struct SenderOpening
{
    /// <summary>Sequence number of the SYN, or one less than the first sequence number seen.</summary>
    public uint Base;

    /// <summary>Frame of its first RST; 0 when none.</summary>
    public uint ResetFrame;

    public ushort Mss;

    /// <summary>Window scale of its SYN.</summary>
    public byte Scale;

    public byte Bits;

    public const byte BaseSet = 1;
    public const byte SawSyn = 2;
    public const byte SawSynAck = 4;
    public const byte ScaleOffered = 8;
    public const byte SackOffered = 16;
    public const byte TimestampSeen = 32;
    public const byte HasMss = 64;

    public readonly bool Has(byte bit) => (Bits & bit) != 0;
}
