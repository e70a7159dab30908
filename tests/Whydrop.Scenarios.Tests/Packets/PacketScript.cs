using System.Globalization;
using System.Net;
using Whydrop.Capture;

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>
/// Packets in a notation after packetdrill's, seen at one point or at several in the order from the client: <c>time C > S what</c>.
/// </summary>
/// <remarks>
/// <code>
/// C=10.1.0.9:40000 S=10.1.0.80:30170        addresses, for points after the last "at" or for all
/// at 2 C=10.9.0.1:40000 S=10.244.1.5:8080   other addresses from point 2 on (NAT)
/// at 3 wrap ipip 10.0.0.1 10.0.0.2          in a tunnel at point 3 only
/// 0.00 C > S SYN mss 1460                    SYN, SYN-ACK, ACK, FIN, RST
/// 0.01 C > S 1398                            payload bytes; sequence numbers go on by themselves
/// 0.02 S > C ack 5 sack 1403-2710            numbers relative to the SYN, as Wireshark shows them
/// 0.20 C > S 1398 @5 seen 1 id 7 ttl 63      the same bytes again, seen at point 1 only
/// 0.03 too-big 1440 from 10.1.0.80 @5        ICMP to the client about that segment
/// 1.00 C > S bulk 4000 x 1448 every 0.4ms rtt 4ms lose random 1% seed 3 after 1
/// flow 40001                                 another connection from that port on, from its own SYN
/// </code>
/// </remarks>
internal sealed class PacketScript
{
    private const long Epoch = 1_708_400_000_000_000_000;
    private const uint ClientStart = 1_000_000;
    private const uint ServerStart = 5_000_000;
    private readonly IReadOnlyList<string> files;
    private readonly List<(Segment Segment, int Port)> segments = [];
    private readonly SortedDictionary<int, (Endpoint Client, Endpoint Server)> addresses = [];
    private readonly Dictionary<int, (string Kind, IPAddress From, IPAddress To)> wraps = [];
    private readonly Dictionary<bool, uint> next = new() { [true] = ClientStart, [false] = ServerStart };
    private readonly Dictionary<bool, uint> acked = new() { [true] = ServerStart, [false] = ClientStart };
    private readonly Dictionary<bool, double> arrived = new() { [true] = 0, [false] = 0 };
    private readonly Dictionary<bool, double> echo = new() { [true] = 0, [false] = 0 };
    private readonly Dictionary<uint, int> lengths = [];
    private bool copies;
    private int port;
    private ushort id = 100;

    private PacketScript(IReadOnlyList<string> files) => this.files = files;

    internal static PacketScript Parse(string text, IReadOnlyList<string> files)
    {
        var script = new PacketScript(files);
        foreach (var line in text.Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
        {
            script.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return script;
    }

    /// <summary>Writes one pcap file for each point.</summary>
    internal void Write(string folder)
    {
        for (var point = 1; point <= files.Count; point++)
        {
            var path = Path.Combine(folder, files[point - 1]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = File.Create(path);
            using var writer = CaptureWriter.Pcap(file, 1);
            foreach (var (segment, fromPort) in segments.Where(s => s.Segment.Seen?.Contains(point) != false).OrderBy(s => TimeAt(s.Segment, point)))
            {
                var frame = FrameBuilder.Ethernet(Datagram(segment, fromPort, point));
                var time = Epoch + (long)(TimeAt(segment, point) * 1e9);
                writer.Write(time, frame, frame.Length);
                if (copies)
                {
                    var again = FrameBuilder.Ethernet(Datagram(segment, fromPort, point), copy: true);
                    writer.Write(time + 3000, again, again.Length);
                }
            }
        }
    }

    // 20 µs from point to point.
    private double TimeAt(Segment s, int point) => s.Time + 20e-6 * (s.FromClient ? point - 1 : files.Count - point);

    private byte[] Datagram(Segment s, int fromPort, int point)
    {
        var (client, server) = addresses.Last(a => a.Key <= point).Value;
        client = client with { Port = client.Port + fromPort };
        byte[] datagram;
        if (s.TooBigMtu is { } mtu)
        {
            var about = FrameBuilder.Tcp(s with { Flags = "A" }, client, server);
            datagram = FrameBuilder.TooBig(IPAddress.Parse(s.Router!), client.Address, mtu, about);
        }
        else
        {
            datagram = s.FromClient ? FrameBuilder.Tcp(s, client, server) : FrameBuilder.Tcp(s, server, client);
        }

        if (wraps.TryGetValue(point, out var wrap))
        {
            datagram = s.FromClient && s.TooBigMtu is null ? FrameBuilder.Wrap(wrap.Kind, wrap.From, wrap.To, datagram) : FrameBuilder.Wrap(wrap.Kind, wrap.To, wrap.From, datagram);
        }

        return datagram;
    }

    private void Read(string[] words)
    {
        switch (words[0])
        {
            case "at" when words[2] == "wrap":
                wraps[int.Parse(words[1])] = (words[3], IPAddress.Parse(words[4]), IPAddress.Parse(words[5]));
                return;
            case "at":
                Address(int.Parse(words[1]), words[2..]);
                return;
            case "copies":
                copies = true;
                return;
            case "flow":
                port = int.Parse(words[1]) - addresses.First().Value.Client.Port;
                (next[true], next[false]) = (ClientStart, ServerStart);
                (acked[true], acked[false]) = (ServerStart, ClientStart);
                return;
        }

        if (words[0].Contains('=', StringComparison.Ordinal))
        {
            Address(1, words);
            return;
        }

        var time = double.Parse(words[0], CultureInfo.InvariantCulture);
        if (words[1] == "too-big")
        {
            var about = ClientStart + uint.Parse(words[5][1..]);
            segments.Add((new Segment(time, false, "A", about, 0, lengths[about], null, [], true, 1, 64) { TooBigMtu = int.Parse(words[2]), Router = words[4] }, port));
            return;
        }

        var fromClient = words[1] == "C";
        if (words[4] == "bulk")
        {
            Bulk.Run(this, time, fromClient, words[5..]);
            return;
        }

        One(time, fromClient, words[4..]);
    }

    private void Address(int point, string[] words) =>
        addresses[point] = (Endpoint.Parse(words.Single(w => w.StartsWith("C=", StringComparison.Ordinal))[2..]), Endpoint.Parse(words.Single(w => w.StartsWith("S=", StringComparison.Ordinal))[2..]));

    private void One(double time, bool fromClient, string[] words)
    {
        string? After(string word) => Array.IndexOf(words, word) is >= 0 and var i ? words[i + 1] : null;

        var length = int.TryParse(words[0], out var bytes) ? bytes : 0;
        var flags = words[0] switch { "SYN" => "S", "SYN-ACK" => "SA", "FIN" => "FA", "RST" => "R", _ => "A" };
        var start = fromClient ? ClientStart : ServerStart;
        var peer = fromClient ? ServerStart : ClientStart;
        var sequence = words.FirstOrDefault(w => w[0] == '@') is { } at ? start + uint.Parse(at[1..]) : next[fromClient];
        var before = acked[fromClient];
        acked[fromClient] = After("ack") is { } ack ? peer + uint.Parse(ack) : words[0] is "SYN-ACK" or "ACK" ? next[!fromClient] : acked[fromClient];
        if (acked[fromClient] != before || words[0] == "SYN-ACK")
        {
            echo[fromClient] = arrived[!fromClient];
        }

        var sack = After("sack") is { } blocks
            ? blocks.Split(',').Select(b => b.Split('-')).Select(b => (peer + uint.Parse(b[0]), peer + uint.Parse(b[1]))).ToArray() : [];
        Add(new Segment(
            time, fromClient, flags, sequence, acked[fromClient], length, After("mss") is { } mss ? int.Parse(mss) : null, sack, !words.Contains("nodf"),
            After("id") is { } own ? ushort.Parse(own) : ++id, After("ttl") is { } ttl ? int.Parse(ttl) : 64)
        {
            Echo = echo[fromClient],
            Seen = After("seen")?.Split(',').Select(int.Parse).ToHashSet(),
        });
    }

    internal void Add(Segment segment)
    {
        segments.Add((segment, port));
        lengths[segment.Sequence] = segment.Length;
        if (segment.Seen is null || (files.Count > 1 && segment.Seen.Contains(segment.FromClient ? files.Count : 1)))
        {
            arrived[segment.FromClient] = segment.Time;
        }

        var end = segment.Sequence + (uint)segment.Length + (segment.Flags is "S" or "SA" or "FA" ? 1u : 0);
        if ((int)(end - next[segment.FromClient]) > 0)
        {
            next[segment.FromClient] = end;
        }
    }

    internal uint Next(bool fromClient) => next[fromClient];

    internal int Points => files.Count;

    internal ushort NextId() => ++id;
}
