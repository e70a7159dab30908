using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>A tunnel device and the device its wrapped datagrams leave by.</summary>
/// <param name="Tunnel">The tunnel device.</param>
/// <param name="Underlay">The device below it.</param>
/// <param name="Overhead">Bytes the tunnel adds; the least it may where <paramref name="MayAdd"/> is more.</param>
/// <param name="MayAdd">The most it may add: more than the overhead where nothing says which version of IP is outside.</param>
internal sealed record Overlay(NetworkInterface Tunnel, NetworkInterface Underlay, int Overhead, int MayAdd)
{
    /// <summary>The largest datagram the tunnel takes does not fit the device below. Unknown: that depends on the version of IP outside, which nothing tells.</summary>
    internal Answer Exceeds => Excess > 0 ? Answer.Yes : Tunnel.Mtu + MayAdd > Underlay.Mtu ? Answer.Unknown : Answer.No;

    /// <summary>Largest datagram that still fits once wrapped.</summary>
    internal int Room => Underlay.Mtu!.Value - Overhead;

    /// <summary>By how many bytes the largest datagram the tunnel takes exceeds the device below; 0 or less when it fits.</summary>
    internal int Excess => Tunnel.Mtu!.Value - Room;

    /// <summary>"1460 + 50 > 1500".</summary>
    internal string Arithmetic => $"{Tunnel.Mtu} + {Overhead} {(Excess > 0 ? ">" : "<=")} {Underlay.Mtu} of {Underlay.At.Interface}";
}
