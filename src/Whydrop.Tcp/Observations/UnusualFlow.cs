using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Observations;

/// <summary>State of a connection on which something was observed: the cold part of <see cref="Flows.FlowRecord"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UnusualFlow
{
    public UnusualSender Low;
    public UnusualSender High;

    /// <summary>Scoreboard of what the lower end sent, plus one; 0 when there is none.</summary>
    public int LowBoard;

    /// <summary>Scoreboard of what the higher end sent, plus one; 0 when there is none.</summary>
    public int HighBoard;
}
