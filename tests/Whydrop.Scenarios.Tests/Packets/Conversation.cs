namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>Where one connection of a script stands: the numbers each end goes on with.</summary>
/// <param name="port">What its client's port has more than that of the script's first connection.</param>
internal sealed class Conversation(int port)
{
    // Each connection begins elsewhere, as the numbers of real ones do (RFC 6528).
    private readonly uint clientStart = 1_000_000 + (uint)port * 65_539;
    private readonly uint serverStart = 5_000_000 + (uint)port * 131_101;
    private readonly Dictionary<bool, uint> next = [];
    private readonly Dictionary<bool, uint> acked = [];
    private readonly Dictionary<bool, double> arrived = new() { [true] = 0, [false] = 0 };
    private readonly Dictionary<bool, double> echo = new() { [true] = 0, [false] = 0 };
    private readonly Dictionary<uint, int> lengths = [];

    internal int Port { get; } = port;

    /// <summary>Its own ends at all points; null for those of the script.</summary>
    internal (Endpoint Client, Endpoint Server)? Ends { get; init; }

    /// <summary>No tunnel wraps it anywhere.</summary>
    internal bool Plain { get; init; }

    internal uint Start(bool client) => client ? clientStart : serverStart;

    internal uint Next(bool fromClient) => next.GetValueOrDefault(fromClient, Start(fromClient));

    internal int Length(uint sequence) => lengths.GetValueOrDefault(sequence);

    /// <summary>"SYN mss 1400", "1398 @5", "ack 5 sack 9-14", "RST", "keepalive".</summary>
    internal Segment Segment(double time, bool fromClient, string[] words, ushort id)
    {
        string? After(string word) => Array.IndexOf(words, word) is >= 0 and var i ? words[i + 1] : null;

        var length = int.TryParse(words[0], out var bytes) ? bytes : 0;
        var flags = words[0] switch { "SYN" => "S", "SYN-ACK" => "SA", "FIN" => "FA", "RST" => "R", "RST-ACK" => "RA", _ => "A" }
            + (words.Contains("ece") ? "E" : "") + (words.Contains("cwr") ? "C" : "");
        var (own, peer) = (Start(fromClient), Start(!fromClient));
        var sequence = words.FirstOrDefault(w => w[0] == '@') is { } at ? own + uint.Parse(at[1..])
            : words[0] == "SYN" || words[0] == "SYN-ACK" ? own
            : words[0] == "keepalive" ? Next(fromClient) - 1 : Next(fromClient);
        var before = acked.GetValueOrDefault(fromClient, peer);
        acked[fromClient] = After("ack") is { } ack ? peer + uint.Parse(ack) : words[0] is "SYN-ACK" or "ACK" or "RST-ACK" or "FIN" ? Next(!fromClient) : before;
        if (acked[fromClient] != before || words[0] == "SYN-ACK")
        {
            echo[fromClient] = arrived[!fromClient];
        }

        var sack = After("sack") is { } blocks
            ? blocks.Split(',').Select(b => b.Split('-')).Select(b => (peer + uint.Parse(b[0]), peer + uint.Parse(b[1]))).ToArray() : [];
        return new Segment(time, fromClient, flags, sequence, acked[fromClient], length, After("mss") is { } mss ? int.Parse(mss) : null, sack, true, id, 64)
        {
            Echo = echo[fromClient],
            Window = int.Parse(After("win") ?? "500"),
            WindowScale = After("wscale") switch { null => 7, "none" => null, var shift => int.Parse(shift) },
            SackPermitted = !words.Contains("nosack"),
            Timestamps = !words.Contains("nots"),
        };
    }

    /// <summary>Takes note of what was sent at one of so many points.</summary>
    internal void Sent(Segment segment, int points)
    {
        lengths[segment.Sequence] = segment.Length;
        if (segment.Seen is null || (points > 1 && segment.Seen.Contains(segment.FromClient ? points : 1)))
        {
            arrived[segment.FromClient] = segment.Time;
        }

        var end = segment.Sequence + (uint)segment.Length + (segment.Flags[0] is 'S' or 'F' ? 1u : 0);
        if ((int)(end - Next(segment.FromClient)) > 0)
        {
            next[segment.FromClient] = end;
        }
    }
}
