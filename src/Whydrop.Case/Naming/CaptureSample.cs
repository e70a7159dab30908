using System.Net;
using Whydrop.Capture;
using Whydrop.Wire;

namespace Whydrop.Case.Naming;

/// <summary>The link and network addresses in the first frames of a capture, for telling where it was taken.</summary>
internal sealed class CaptureSample
{
    private const int MostFrames = 2000;

    /// <summary>Frames sent to or from one station; broadcast and multicast frames tell nothing.</summary>
    public int UnicastFrames { get; private set; }

    /// <summary>Frames with an IP header.</summary>
    public int IpFrames { get; private set; }

    /// <summary>Whether the first interface gives Ethernet frames; null when it has another link layer or none.</summary>
    public bool Ethernet { get; private set; }

    /// <summary>In how many unicast frames each link-layer address stands.</summary>
    public Dictionary<string, int> Stations { get; } = new(StringComparer.Ordinal);

    /// <summary>In how many IP frames each outermost address stands.</summary>
    public Dictionary<IPAddress, int> Addresses { get; } = [];

    public static CaptureSample Of(CaptureFile file)
    {
        var sample = new CaptureSample();
        using var batch = new FrameBatch();
        while (file.Frames < MostFrames && file.Read(batch))
        {
            foreach (ref readonly var frame in batch.Frames)
            {
                var link = (LinkType)file.Interfaces[frame.Interface].LinkType;
                sample.Ethernet |= link == LinkType.Ethernet;
                sample.Add(link, batch.Bytes(frame));
            }
        }

        return sample;
    }

    private void Add(LinkType link, ReadOnlySpan<byte> frame)
    {
        if (link == LinkType.Ethernet && frame.Length >= 14)
        {
            if ((frame[0] & 1) == 0)
            {
                UnicastFrames++;
                Count(Stations, Mac(frame[..6]));
                Count(Stations, Mac(frame[6..12]));
            }

            var tag = frame[12] == 0x81 && frame[13] == 0 ? 4 : 0;
            AddIp(frame.Length > 14 + tag ? frame[(14 + tag)..] : []);
        }
        else if (link is LinkType.Raw or LinkType.Ipv4 or LinkType.Ipv6)
        {
            AddIp(frame);
        }
    }

    private void AddIp(ReadOnlySpan<byte> ip)
    {
        if (ip.Length >= 20 && ip[0] >> 4 == 4)
        {
            IpFrames++;
            Count(Addresses, new IPAddress(ip.Slice(12, 4)));
            Count(Addresses, new IPAddress(ip.Slice(16, 4)));
        }
        else if (ip.Length >= 40 && ip[0] >> 4 == 6)
        {
            IpFrames++;
            Count(Addresses, new IPAddress(ip.Slice(8, 16)));
            Count(Addresses, new IPAddress(ip.Slice(24, 16)));
        }
    }

    private static void Count<T>(Dictionary<T, int> counts, T key) where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static string Mac(ReadOnlySpan<byte> bytes) => string.Join(':', bytes.ToArray().Select(b => b.ToString("x2")));
}
