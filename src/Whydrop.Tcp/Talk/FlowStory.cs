using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Talk;

/// <summary>What there is to tell of a connection beyond its figures. Only connections with something to say have one; numbers count from 1, 0 is none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowStory
{
    /// <summary>Its first <see cref="ControlRow"/>.</summary>
    public int FirstControl;

    /// <summary>Its last <see cref="ControlRow"/>.</summary>
    public int LastControl;

    public int ControlCount;

    /// <summary>Its <see cref="ExchangeRow"/>.</summary>
    public int Exchange;

    /// <summary>Its latest <see cref="PauseRow"/>.</summary>
    public int FirstPause;

    /// <summary>The shortest pause kept with something open, once there is no room for more.</summary>
    public long ShortestOpen;

    /// <summary>The same with nothing open.</summary>
    public long ShortestIdle;
    public int OpenPauses;
    public int IdlePauses;

    /// <summary>Times without window that are kept.</summary>
    public int ZeroWindows;
}
