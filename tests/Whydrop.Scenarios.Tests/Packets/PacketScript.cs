using System.Globalization;
using System.Net;
using Whydrop.Capture;

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>
/// Packets in a notation after packetdrill's, seen at one point or at several in the order from the client: <c>time C > S what</c>.
/// </summary>
/// <remarks>
/// <code>
/// C=10.1.0.9:40000 S=10.1.0.80:30170        addresses (IPv6 as [2001:db8::1]:80), for points after the last "at" or for all
/// at 2 C=10.9.0.1:40000 S=10.244.1.5:8080   other addresses from point 2 on (NAT)
/// at 3 wrap ipip 10.0.0.1 10.0.0.2          in a tunnel at point 3 only; or vxlan
/// at 2 router                                a router before point 2 takes one off the TTL; "router 3": three of them
/// copies                                     every frame is captured twice
/// flow 40001                                 another connection from that port on, from its own SYN; "flow 40000" goes on with the first
/// flow 41000 C=10.1.0.1:41000 S=10.1.0.2:443 plain   the same between other ends at all points; plain: no tunnel wraps it
/// 0.00 C > S SYN mss 1460                    SYN, SYN-ACK, ACK, FIN, RST (no acknowledgment), RST-ACK, SYN-ACK …, keepalive
/// 0.01 C > S 1398                            payload bytes; sequence numbers go on by themselves
/// 0.02 S > C ack 5 sack 1403-2710            numbers relative to the SYN, as Wireshark shows them
/// 0.20 C > S 1398 @5 seen 1 id 7 ttl 63      the same bytes again, seen at point 1 only (seen 1,3 for several)
///      … win 0 wscale none nosack nots       window field; options of a SYN left out (wscale 3: another shift); no timestamps
///      … ece cwr ecn ce nodf badsum          TCP flags; ECN field (ect0, ect1, ce); DF not set; wrong TCP checksum
///      … twice 2ms                           the same frame once more so much later
///      … loop 20 step 2 every 1ms            it comes by 20 times, each time with 2 less in its TTL
///      … named 10.96.0.11:80                the server under another name (address and port) in this packet
///      … as 10.1.0.80:51000                 the client under another name
///      … mac 02:00:00:00:00:05>02:00:00:00:00:06   link-layer addresses
/// 0.03 too-big 1440 from 10.1.0.80 @5        ICMP to the client about that segment
/// 0.03 icmp 3/13 from 10.1.0.80 @0           any ICMP error to the client about its segment; "about S": to the server; mtu 1400, seen, ttl as above
/// 0.04 arp who-has 10.1.0.80 tell 10.1.0.9   neighbour question (ARP, or neighbour discovery for IPv6)
/// 0.05 arp 10.1.0.80 is-at 02:00:00:00:00:05 tell 10.1.0.9
/// 0.06 dns A web.default.svc 10.1.0.9:5353 > 10.96.0.10:53 id 9
/// 0.07 dns A web.default.svc 10.96.0.10:53 > 10.1.0.9:5353 id 9 rcode 0     an answer; tc: truncated
/// 1.00 C > S bulk 4000 x 1448 every 0.4ms rtt 4ms lose random 1% seed 3 after 1
///      … lose burst 12 of 300, lose policer 8mbit 30000, lose queue 8mbit 30000 (the excess waits first), lose between 1.5 3.5 (seconds)
/// </code>
/// </remarks>
internal sealed class PacketScript
{
    private const long Epoch = 1_708_400_000_000_000_000;
    private readonly IReadOnlyList<string> files;
    private readonly List<Passing> passing = [];
    private readonly SortedDictionary<int, (Endpoint Client, Endpoint Server)> addresses = [];
    private readonly Dictionary<int, (string Kind, IPAddress From, IPAddress To)> wraps = [];
    private readonly Dictionary<int, int> routers = [];
    private readonly Dictionary<int, Conversation> conversations = [];
    private bool copies;
    private ushort id = 100;

    private PacketScript(IReadOnlyList<string> files)
    {
        this.files = files;
        Now = conversations[0] = new Conversation(0);
    }

    /// <summary>The connection the script is at.</summary>
    internal Conversation Now { get; private set; }

    internal int Points => files.Count;

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
            foreach (var one in passing.Where(s => s.Seen?.Contains(point) != false).OrderBy(s => TimeAt(s, point)))
            {
                var frame = one.Frame(point);
                var time = Epoch + (long)(TimeAt(one, point) * 1e9);
                writer.Write(time, frame, frame.Length);
                if (copies)
                {
                    frame[11] = 3;
                    writer.Write(time + 3000, frame, frame.Length);
                }
            }
        }
    }

    internal ushort NextId() => ++id;

    internal void Add(Segment segment) => Add(segment, null, null);

    // 20 µs from point to point.
    private double TimeAt(Passing s, int point) => s.Time + 20e-6 * (s.FromClient ? point - 1 : files.Count - point);

    private void Add(Segment segment, string[]? macs, Endpoint? named, Endpoint? @as = null)
    {
        var conversation = Now;
        conversation.Sent(segment, files.Count);
        passing.Add(new Passing(segment.Time, segment.FromClient, segment.Seen, point =>
        {
            var (client, server) = At(point, conversation);
            (client, server) = (@as ?? client, named ?? server);
            var routed = segment with { Ttl = segment.Ttl - RoutersBefore(point, segment.FromClient) };
            var datagram = segment.FromClient ? FrameBuilder.Tcp(routed, client, server) : FrameBuilder.Tcp(routed, server, client);
            return Framed(datagram, point, segment.FromClient, macs, conversation.Plain);
        }));
    }

    private int RoutersBefore(int point, bool fromClient) =>
        routers.Where(r => fromClient ? r.Key <= point : r.Key > point).Sum(r => r.Value);

    private (Endpoint Client, Endpoint Server) At(int point, Conversation conversation)
    {
        if (conversation.Ends is { } ends)
        {
            return ends;
        }

        var (client, server) = addresses.Last(a => a.Key <= point).Value;
        return (client with { Port = client.Port + conversation.Port }, server);
    }

    private byte[] Framed(byte[] datagram, int point, bool fromClient, string[]? macs, bool plain = false)
    {
        if (!plain && wraps.TryGetValue(point, out var wrap))
        {
            datagram = fromClient ? FrameBuilder.Wrap(wrap.Kind, wrap.From, wrap.To, datagram) : FrameBuilder.Wrap(wrap.Kind, wrap.To, wrap.From, datagram);
        }

        return macs is null ? FrameBuilder.Ethernet(datagram) : FrameBuilder.Ethernet(datagram, Mac(macs[0]), Mac(macs[1]));
    }

    private void Read(string[] words)
    {
        switch (words[0])
        {
            case "at" when words[2] == "wrap":
                wraps[int.Parse(words[1])] = (words[3], IPAddress.Parse(words[4]), IPAddress.Parse(words[5]));
                return;
            case "at" when words[2] == "router":
                routers[int.Parse(words[1])] = words.Length > 3 ? int.Parse(words[3]) : 1;
                return;
            case "at":
                Address(int.Parse(words[1]), words[2..]);
                return;
            case "copies":
                copies = true;
                return;
            case "flow":
                var port = int.Parse(words[1]) - addresses.First().Value.Client.Port;
                Now = conversations.TryGetValue(port, out var known) ? known : conversations[port] = new Conversation(port)
                {
                    Ends = words.Length > 3 ? Between(words) : null,
                    Plain = words.Contains("plain"),
                };
                return;
        }

        if (words[0].Contains('=', StringComparison.Ordinal))
        {
            Address(1, words);
            return;
        }

        var time = double.Parse(words[0], CultureInfo.InvariantCulture);
        switch (words[1])
        {
            case "too-big":
                Icmp(time, ["3/4", .. words[3..], "mtu", words[2]], tooBig: true);
                break;
            case "icmp":
                Icmp(time, words[2..], tooBig: false);
                break;
            case "arp":
                Neighbour(time, words[2..]);
                break;
            case "dns":
                Dns(time, words[2..]);
                break;
            case var _ when words[4] == "bulk":
                Bulk.Run(this, time, words[1] == "C", words[5..]);
                break;
            default:
                One(time, words[1] == "C", words[4..]);
                break;
        }
    }

    private void Address(int point, string[] words) => addresses[point] = Between(words);

    private static (Endpoint Client, Endpoint Server) Between(string[] words) =>
        (Endpoint.Parse(words.Single(w => w.StartsWith("C=", StringComparison.Ordinal))[2..]), Endpoint.Parse(words.Single(w => w.StartsWith("S=", StringComparison.Ordinal))[2..]));

    private static string? After(string[] words, string word) => Array.IndexOf(words, word) is >= 0 and var i ? words[i + 1] : null;

    private static HashSet<int>? Seen(string[] words) => After(words, "seen")?.Split(',').Select(int.Parse).ToHashSet();

    private static byte[] Mac(string text) => [.. text.Split(':').Select(b => Convert.ToByte(b, 16))];

    private static double Seconds(string text) => double.Parse(text.Replace("ms", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1000;

    /// <summary>"3/13 from ROUTER @OFFSET [about S] [mtu N]": to the sender of that segment.</summary>
    private void Icmp(double time, string[] words, bool tooBig)
    {
        var conversation = Now;
        var ofClient = After(words, "about") != "S";
        var sequence = conversation.Start(ofClient) + uint.Parse(words.First(w => w[0] == '@')[1..]);
        var router = IPAddress.Parse(After(words, "from")!);
        var (type, code) = words[0].Split('/') is [var t, var c] ? (int.Parse(t), int.Parse(c)) : throw new FormatException(words[0]);
        var mtu = After(words, "mtu") is { } limit ? int.Parse(limit) : 0;
        passing.Add(new Passing(time, !ofClient, Seen(words), point =>
        {
            var (client, server) = At(point, conversation);
            var (source, destination) = ofClient ? (client, server) : (server, client);
            var flags = sequence == conversation.Start(ofClient) ? ofClient ? "S" : "SA" : "A";
            var about = FrameBuilder.Tcp(new Segment(time, ofClient, flags, sequence, 0, conversation.Length(sequence), null, [], true, 1, 64), source, destination);
            var (asType, asCode) = tooBig && source.Address.GetAddressBytes().Length == 16 ? (2, 0) : (type, code);
            return Framed(FrameBuilder.Icmp(router, source.Address, asType, asCode, mtu, about), point, !ofClient, null);
        }));
    }

    private void Neighbour(double time, string[] words)
    {
        var (sender, target, claimed) = words[0] == "who-has"
            ? (IPAddress.Parse(words[3]), IPAddress.Parse(words[1]), null)
            : (IPAddress.Parse(words[0]), IPAddress.Parse(After(words, "tell") ?? words[0]), Mac(words[2]));
        var frame = FrameBuilder.Neighbour(sender, target, claimed);
        passing.Add(new Passing(time, true, Seen(words), _ => [.. frame]));
    }

    private void Dns(double time, string[] words)
    {
        var (from, to) = (Endpoint.Parse(words[2]), Endpoint.Parse(words[4]));
        var type = words[0] switch { "A" => 1, "AAAA" => 28, "SRV" => 33, var number => int.Parse(number) };
        var answer = After(words, "rcode");
        var datagram = FrameBuilder.Dns(from, to, ushort.Parse(After(words, "id") ?? "1"), words[1], type, answer is not null, int.Parse(answer ?? "0"), words.Contains("tc"));
        passing.Add(new Passing(time, answer is null, Seen(words), point => Framed(datagram, point, answer is null, null)));
    }

    private void One(double time, bool fromClient, string[] words)
    {
        var segment = Now.Segment(time, fromClient, words, After(words, "id") is { } own ? ushort.Parse(own) : ++id);
        segment = segment with
        {
            Seen = Seen(words),
            Ttl = After(words, "ttl") is { } ttl ? int.Parse(ttl) : 64,
            DontFragment = !words.Contains("nodf"),
            BadChecksum = words.Contains("badsum"),
            Ecn = After(words, "ecn") switch { null => 0, "ect0" => 2, "ect1" => 1, "ce" => 3, var other => throw new FormatException(other) },
        };
        var macs = After(words, "mac")?.Split('>');
        var named = After(words, "named") is { } name ? Endpoint.Parse(name) : (Endpoint?)null;
        var @as = After(words, "as") is { } alias ? Endpoint.Parse(alias) : (Endpoint?)null;
        Add(segment, macs, named, @as);
        if (Array.IndexOf(words, "twice") is >= 0 and var twice)
        {
            var again = twice + 1 < words.Length && words[twice + 1].EndsWith("ms", StringComparison.Ordinal) ? Seconds(words[twice + 1]) : 3e-6;
            passing.Add(passing[^1] with { Time = time + again });
        }

        var passes = int.Parse(After(words, "loop") ?? "1");
        var (step, every) = (int.Parse(After(words, "step") ?? "2"), Seconds(After(words, "every") ?? "1ms"));
        for (var pass = 1; pass < passes; pass++)
        {
            Add(segment with { Ttl = segment.Ttl - pass * step }, macs, named, @as);
            passing[^1] = passing[^1] with { Time = time + pass * every };
        }
    }
}
