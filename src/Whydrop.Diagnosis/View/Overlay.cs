using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>A tunnel device and the device its wrapped datagrams leave by.</summary>
/// <param name="Tunnel">The tunnel device.</param>
/// <param name="Underlay">The device below it.</param>
/// <param name="Overhead">Bytes the tunnel adds.</param>
internal sealed record Overlay(NetworkInterface Tunnel, NetworkInterface Underlay, int Overhead)
{
    /// <summary>Largest datagram that still fits once wrapped.</summary>
    internal int Room => Underlay.Mtu!.Value - Overhead;

    /// <summary>By how many bytes the largest datagram the tunnel takes exceeds the device below; 0 or less when it fits.</summary>
    internal int Excess => Tunnel.Mtu!.Value - Room;

    /// <summary>"1460 + 50 > 1500".</summary>
    internal string Arithmetic => $"{Tunnel.Mtu} + {Overhead} {(Excess > 0 ? ">" : "<=")} {Underlay.Mtu} of {Underlay.At.Interface}";
}
