using System.Buffers.Binary;
using Whydrop.Wire;
using Whydrop.Wire.Views;

namespace Whydrop.Tcp.Facts;

/// <summary>Who asked for whose link-layer address, and who answered: ARP (RFC 826, announcements RFC 5227) and neighbour discovery (RFC 4861).</summary>
internal sealed class NeighbourTable
{
    private const int Most = 20_000;
    private const int MostMacs = 16;
    private const int LinkAddress = 6;
    private const byte Solicitation = 135;
    private const byte Advertisement = 136;
    private const int NeighbourHeader = 24;
    private const byte TargetLinkAddressOption = 2;
    private readonly Dictionary<(int Point, AddressNumber Asker, AddressNumber Target), Row> rows = [];
    private readonly Dictionary<(int Point, AddressNumber Target), Claims> claims = [];

    /// <summary>Frames of further pairs of addresses.</summary>
    public long NotKept { get; private set; }

    /// <summary>What was seen, in order of appearance.</summary>
    public IEnumerable<(int Point, AddressNumber Asker, AddressNumber Target, Row Seen, IReadOnlyList<string> Macs, int Changes)> All() =>
        rows.Select(r => (Row: r, Claims: claims.GetValueOrDefault((r.Key.Point, r.Key.Target)))).Select(r => (r.Row.Key.Point, r.Row.Key.Asker, r.Row.Key.Target, r.Row.Value,
            (IReadOnlyList<string>)[.. (r.Claims?.Macs ?? []).Select(Text)], r.Claims?.Changes ?? 0));

    public void TakeArp(ReadOnlySpan<byte> packet, long time, long frame, int point)
    {
        const int request = 1;
        const int reply = 2;
        if (!ArpPacket.TryParse(packet, out var arp, out _) || arp.SenderProtocol.Length != 4 || arp.ProtocolType != EtherType.Ipv4
            || arp.SenderHardware.Length != LinkAddress || arp.Operation is not (request or reply))
        {
            return;
        }

        var (sender, target) = (AddressNumber.From(arp.SenderProtocol), AddressNumber.From(arp.TargetProtocol));
        var announces = sender == target;
        if (arp.Operation == request)
        {
            Count(point, sender, target, time, frame, answer: false);
        }
        else
        {
            Count(point, target, sender, time, frame, answer: true);
        }

        if (announces || arp.Operation == reply)
        {
            Claim(point, sender, arp.SenderHardware);
        }
    }

    /// <summary>Takes an ICMPv6 message; others than the two of neighbour discovery are left alone.</summary>
    public void TakeIcmpv6(in PacketHeaders h, ReadOnlySpan<byte> frame, long time, long number, int point)
    {
        var message = frame[h.TransportOffset..];
        if (message.Length < NeighbourHeader || message[0] is not (Solicitation or Advertisement) || h.Ttl != byte.MaxValue)
        {
            return; // RFC 4861, 7.1: from this link only, hop limit 255.
        }

        var target = AddressNumber.From(message.Slice(8, 16));
        if (message[0] == Solicitation)
        {
            Count(point, AddressNumber.From(h.SourceBytes(frame)), target, time, number, answer: false);
            return;
        }

        // Unsolicited to all nodes: an announcement.
        var receiver = h.DestinationBytes(frame);
        Count(point, receiver[0] == 0xFF ? target : AddressNumber.From(receiver), target, time, number, answer: true);
        var option = message[NeighbourHeader..];
        while (option.Length >= 8 && option[1] != 0)
        {
            if (option[0] == TargetLinkAddressOption)
            {
                Claim(point, target, option.Slice(2, LinkAddress));
                return;
            }

            option = option[Math.Min(option.Length, option[1] * 8)..];
        }
    }

    private static string Text(ulong mac)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, mac);
        return WireAddress.MacText(bytes[2..]);
    }

    private void Count(int point, AddressNumber asker, AddressNumber target, long time, long frame, bool answer)
    {
        if (!rows.TryGetValue((point, asker, target), out var row))
        {
            if (rows.Count >= Most)
            {
                NotKept++;
                return;
            }

            rows.Add((point, asker, target), row = new Row { Frame = frame, First = time });
        }

        row.Asked += answer ? 0 : 1;
        row.Answered += answer ? 1 : 0;
        row.Last = time;
    }

    private void Claim(int point, AddressNumber target, ReadOnlySpan<byte> mac)
    {
        if (!claims.TryGetValue((point, target), out var known))
        {
            if (claims.Count >= Most)
            {
                return;
            }

            claims.Add((point, target), known = new Claims());
        }

        var number = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(mac) << 32) | BinaryPrimitives.ReadUInt32BigEndian(mac[2..]);
        known.Changes += known.Macs.Count > 0 && known.Last != number ? 1 : 0;
        known.Last = number;
        if (known.Macs.Count < MostMacs && !known.Macs.Contains(number))
        {
            known.Macs.Add(number);
        }
    }

    /// <summary>Who claimed an address, in order of appearance, and how often that was another than before.</summary>
    private sealed class Claims
    {
        public List<ulong> Macs { get; } = [];

        public ulong Last { get; set; }

        public int Changes { get; set; }
    }

    /// <summary>Figures of one pair.</summary>
    internal sealed class Row
    {
        public long Frame { get; init; }

        public long First { get; init; }

        public long Last { get; set; }

        public long Asked { get; set; }

        public long Answered { get; set; }
    }
}
