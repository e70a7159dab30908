using System.Net;

namespace Whydrop.Tcp;

/// <summary>
/// One place a capture file was taken at: an interface of the file, or for LINUX_SLL2 each interface index in it. It carries what is
/// needed to tell which interface of which node it was.
/// </summary>
public sealed class CapturePoint
{
    /// <summary>Place in <see cref="TcpAnalysis.Points"/>, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Index into the file's interfaces.</summary>
    public required int FileInterface { get; init; }

    /// <summary>Interface name as the file gives it; null when it does not.</summary>
    public string? Name { get; init; }

    /// <summary>LINKTYPE_ number.</summary>
    public required int LinkType { get; init; }

    /// <summary>Taken on all interfaces at once ("-i any": LINUX_SLL or LINUX_SLL2).</summary>
    public bool AnyDevice { get; init; }

    /// <summary>ifindex of an SLL2 header; null for other link types.</summary>
    public int? LinkInterfaceIndex { get; init; }

    /// <summary>Frames of this point.</summary>
    public long Frames { get; internal set; }

    /// <summary>IP addresses at the ends of the connections seen, with the direction the link header gave; at most 256.</summary>
    public IReadOnlyList<AddressSighting> Addresses => addresses;

    /// <summary>Ethernet addresses at the first frames of the connections seen, most frequent first; at most 64.</summary>
    public IReadOnlyList<MacSighting> MacAddresses => [.. macs.OrderByDescending(m => m.AsSource + m.AsDestination)];

    /// <summary>Addresses that the link header says are the capturing host's own: source of outgoing or destination of incoming packets.</summary>
    public IEnumerable<IPAddress> LocalAddresses =>
        addresses.Where(a => a.LocalEvidence > 0 && a.LocalEvidence > a.RemoteEvidence).Select(a => a.Address);

    internal int Sightings { get; set; }

    private readonly List<AddressSighting> addresses = [];
    private readonly List<MacSighting> macs = [];

    internal void SawAddress(IPAddress address, bool local, bool remote)
    {
        const int most = 256;
        var known = addresses.Find(a => a.Address.Equals(address));
        if (known is null)
        {
            if (addresses.Count >= most)
            {
                return;
            }

            addresses.Add(known = new AddressSighting(address));
        }

        known.Connections++;
        known.LocalEvidence += local ? 1 : 0;
        known.RemoteEvidence += remote ? 1 : 0;
    }

    internal void SawMac(ulong address, bool source)
    {
        const int most = 64;
        var known = macs.Find(m => m.Number == address);
        if (known is null)
        {
            if (macs.Count >= most)
            {
                return;
            }

            macs.Add(known = new MacSighting(address));
        }

        known.AsSource += source ? 1 : 0;
        known.AsDestination += source ? 0 : 1;
    }
}
