using System.Runtime.InteropServices;
using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys.Control;

/// <summary>A segment that opens or ends a connection, in the trail of one place.</summary>
/// <param name="Index">Its place in the trail.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Position">Sequence number of the SYN, FIN or RST itself: for a FIN behind its data.</param>
/// <param name="Transmission">1 for the first of its kind with this position.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ControlRecord(int Index, ControlKind Kind, uint Position, int Transmission);
