using System.Net;

namespace Whydrop.Tcp;

/// <summary>An IP address at one end of connections seen at a <see cref="CapturePoint"/>.</summary>
public sealed class AddressSighting
{
    internal AddressSighting(IPAddress address) => Address = address;

    /// <summary>The address.</summary>
    public IPAddress Address { get; }

    /// <summary>Connections whose first frame had it as source or destination.</summary>
    public long Connections { get; internal set; }

    /// <summary>First frames whose link header says the address is the host's own (SLL packet type: outgoing source, destination of "to us").</summary>
    public long LocalEvidence { get; internal set; }

    /// <summary>First frames whose link header says it is not.</summary>
    public long RemoteEvidence { get; internal set; }
}
