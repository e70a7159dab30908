using System.Buffers.Binary;
using System.Net;
using System.Text;
using Whydrop.Wire;

namespace Whydrop.Tcp.Flows;

/// <summary>Numbers for tunnel layerings: what kind, between which outer addresses (in either direction), with which identifier. 0 is plain.</summary>
internal sealed class EncapsulationBook
{
    private const int Most = 0x7FFF;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> texts = [""];
    private readonly Dictionary<int, string> turned = [];
    private readonly Dictionary<ulong, int> byBytes = [];
    private readonly Recent[] recent = new Recent[256];

    /// <summary>Text of a number, for one of the two directions; null for plain.</summary>
    public string? TextOf(int number, bool reversed)
    {
        if (number == 0 || !reversed)
        {
            return number == 0 ? null : texts[number];
        }

        if (turned.TryGetValue(number, out var known))
        {
            return known;
        }

        var words = texts[number].Split(' ');
        return turned[number] = string.Join(' ', words.Select(w => w.IndexOf('>') is var i and > 0 ? w[(i + 1)..] + '>' + w[..i] : w));
    }

    /// <summary>Whether a frame travels from the higher to the lower outer address of its outermost tunnel.</summary>
    public static bool IsReversed(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        var addresses = Addresses(frame, h.TunnelHeaders.At(0).OuterIpOffset);
        return addresses[..(addresses.Length / 2)].SequenceCompareTo(addresses[(addresses.Length / 2)..]) > 0;
    }

    /// <summary>Number of the layering of a frame.</summary>
    public int NumberOf(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        ref readonly var outer = ref h.TunnelHeaders.At(0);
        var addresses = Addresses(frame, outer.OuterIpOffset);
        if (h.TunnelDepth != 1 || addresses.Length != sizeof(ulong))
        {
            return Look(h, frame);
        }

        // One tunnel over IPv4 is the usual case, and few pairs of nodes are many packets.
        var pair = BinaryPrimitives.ReadUInt64BigEndian(addresses);
        var kind = ((ulong)outer.Kind << 32) | outer.Identifier;
        ref var slot = ref recent[((pair ^ (kind * 0x9E3779B97F4A7C15UL)) * 0xD6E8FEB86659FD93UL) >> 56];
        if (slot.Pair != pair || slot.Kind != kind || slot.Number == 0)
        {
            slot = new Recent(pair, kind, Look(h, frame));
        }

        return slot.Number;
    }

    private int Look(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        var hash = new HashCode();
        for (var i = 0; i < Math.Min((int)h.TunnelDepth, 4); i++)
        {
            var t = h.TunnelHeaders.At(i);
            hash.Add(t.Kind);
            hash.Add(t.Identifier);
            hash.AddBytes(Addresses(frame, t.OuterIpOffset));
        }

        // A collision of 32-bit hashes only costs a wrong label between two tunnels of one capture; the text decides below on first sight.
        var key = ((ulong)(uint)hash.ToHashCode() << 8) | h.TunnelDepth;
        if (byBytes.TryGetValue(key, out var known))
        {
            return known;
        }

        var number = Intern(Describe(h, frame));
        if (byBytes.Count < Most)
        {
            byBytes[key] = number;
        }

        return number;
    }

    private static string Describe(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Math.Min((int)h.TunnelDepth, 4); i++)
        {
            var t = h.TunnelHeaders.At(i);
            var addresses = Addresses(frame, t.OuterIpOffset);
            var half = addresses.Length / 2;
            var source = addresses[..half];
            var destination = addresses[half..];
            if (source.SequenceCompareTo(destination) > 0)
            {
                var higher = source;
                source = destination;
                destination = higher;
            }

            _ = text.Append(i == 0 ? "" : " ").Append(Name(t.Kind, overIpv6: half == 16));
            if (t.Identifier != 0)
            {
                _ = text.Append(' ').Append(t.Identifier);
            }

            if (half > 0)
            {
                _ = text.Append(' ').Append(new IPAddress(source)).Append('>').Append(new IPAddress(destination));
            }
        }

        return text.ToString();
    }

    // As iproute2 calls them ("ip link help sit", "ip -6 tunnel help").
    private static string Name(TunnelKind kind, bool overIpv6) => kind switch
    {
        TunnelKind.IpIp => overIpv6 ? "ipip6" : "ipip",
        TunnelKind.SixInFour => overIpv6 ? "ip6ip6" : "6in4",
        TunnelKind.Gre => "gre",
        TunnelKind.Vxlan => "vxlan",
        TunnelKind.Geneve => "geneve",
        _ => "tunnel",
    };

    private static ReadOnlySpan<byte> Addresses(ReadOnlySpan<byte> frame, int ip)
    {
        if (ip < 0 || ip >= frame.Length)
        {
            return default;
        }

        var version = frame[ip] >> 4;
        var (start, length) = version == 6 ? (ip + 8, 32) : (ip + 12, 8);
        return start + length <= frame.Length ? frame.Slice(start, length) : default;
    }

    private int Intern(string text)
    {
        if (numbers.TryGetValue(text, out var number))
        {
            return number;
        }

        if (texts.Count > Most)
        {
            return Most;
        }

        texts.Add(text);
        return numbers[text] = texts.Count - 1;
    }

    private readonly record struct Recent(ulong Pair, ulong Kind, int Number);
}
