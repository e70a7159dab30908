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
}
