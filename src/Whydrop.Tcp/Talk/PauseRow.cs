using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Talk;

/// <summary>A silence of a connection that is kept for its <see cref="Pause"/>.</summary>
internal struct PauseRow
{
    public long Start;
    public long Duration;

    /// <summary>Window the lower end offered, bytes; −1 when not known.</summary>
    public long LowWindow;
    public long HighWindow;
    public int Flow;

    /// <summary>Next one of the connection, plus one; 0 when it is the last.</summary>
    public int Next;
    public uint StartFrame;

    /// <summary>0 at the end of the capture.</summary>
    public uint EndFrame;
    public int LastLength;
    public uint LowOutstanding;
    public uint HighOutstanding;
    public PauseEnd EndedBy;
    public byte Marks;

    public const byte LastFromHigh = 1;
    public const byte DataFromHigh = 2;
    public const byte EndedFromHigh = 4;

    /// <summary>Something was open when it began: bytes, a question, an opening, a closed window.</summary>
    public const byte Open = 8;

    public readonly bool Is(byte mark) => (Marks & mark) != 0;
}
