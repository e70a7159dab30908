using System.Buffers;
using System.Globalization;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Sockets;

/// <summary>What ss prints behind the two ends of a socket (-i, -m, -o, -p, -e), in any order and on any number of lines (misc/ss.c).</summary>
internal sealed class SocketDetails
{
    private const double MostMilliseconds = 1e13;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> memory = new(StringComparer.Ordinal);
    private string? process;
    private string? congestionControl;

    public SocketDetails(string text)
    {
        var words = new Words(WithoutUsers(text));
        for (var i = 0; i < words.Count; i++)
        {
            var colon = words[i].IndexOf(':');
            if (colon > 0)
            {
                values.TryAdd(words[i][..colon], words[i][(colon + 1)..]);
            }
            else if (congestionControl is null && IsName(words[i]) && FollowsCongestionControl(words[i + 1]))
            {
                congestionControl = words[i];
            }
        }

        ReadMemory();
    }

    /// <summary>TCP's own figures were printed: the congestion window always is, for every state that has them.</summary>
    public bool HasTcpInfo => values.ContainsKey("cwnd");

    public bool HasUsers => process is not null;

    public static bool Fits(string text) =>
        text.Contains("cwnd:", StringComparison.Ordinal) || text.Contains("rto:", StringComparison.Ordinal) || text.Contains("skmem:(", StringComparison.Ordinal)
        || text.Contains("users:((", StringComparison.Ordinal) || text.Contains("timer:(", StringComparison.Ordinal) || text.Contains("bytes_acked:", StringComparison.Ordinal)
        || text.Contains(" sk:", StringComparison.Ordinal);

    /// <summary>
    /// The socket with all that was said. A figure that ss leaves out when it is 0 is 0 only if a figure printed since the same release is there.
    /// </summary>
    public SocketState Complete(SocketState socket)
    {
        var timer = Parts("timer");
        var info = HasTcpInfo;
        var since419 = values.ContainsKey("bytes_sent");
        var busy = Milliseconds("busy");
        return socket with
        {
            Process = process,
            Timer = timer.Length > 0 ? timer[0] : null,
            TimerRetries = timer.Length > 2 && Words.Number(timer[2]) is { } n and >= 0 and <= int.MaxValue ? (int)n : null,
            CongestionControl = congestionControl,
            Rtt = Milliseconds("rtt"),
            MinRtt = Milliseconds("minrtt"),
            RetransmissionTimeout = Milliseconds("rto"),
            Mss = Small("mss"),
            PathMtu = Small("pmtu"),
            CongestionWindow = Small("cwnd"),
            SlowStartThreshold = Small("ssthresh"),
            BytesSent = Number("bytes_sent"),
            BytesRetransmitted = Number("bytes_retrans") ?? (since419 ? 0 : null),
            Retransmissions = Retransmitted() ?? (info ? 0 : null),
            BytesReceived = Number("bytes_received"),
            OutOfOrder = Number("rcv_ooopack") ?? (values.ContainsKey("snd_wnd") ? 0 : null),
            DuplicateSacks = Number("dsack_dups") ?? (since419 ? 0 : null),
            Reordering = Small("reordering"),
            Busy = busy,
            ReceiverLimited = Milliseconds("rwnd_limited") ?? (busy is null ? null : TimeSpan.Zero),
            SendBufferLimited = Milliseconds("sndbuf_limited") ?? (busy is null ? null : TimeSpan.Zero),
            ReceiveMemory = Memory("r"),
            ReceiveBuffer = Memory("rb"),
            SendBuffer = Memory("tb"),
            Drops = Memory("d"),
            Backlog = Memory("bl"),
            LastSent = Milliseconds("lastsnd"),
            LastReceived = Milliseconds("lastrcv"),
        };
    }

    // users:(("nginx",pid=12,fd=6),("nginx",pid=13,fd=6)) → nginx,pid=12,fd=6; nginx,pid=13,fd=6. A name may hold blanks and brackets.
    private string WithoutUsers(string text)
    {
        const string Start = "users:((";
        const string End = "))";
        var from = text.IndexOf(Start, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(End, from, StringComparison.Ordinal);
        if (to < 0)
        {
            return text;
        }

        var users = text[(from + Start.Length)..to].Split("),(", StringSplitOptions.RemoveEmptyEntries).Select(u => u.Replace("\"", "", StringComparison.Ordinal));
        process = string.Join("; ", users);
        return string.Concat(text.AsSpan(0, from), " ", text.AsSpan(to + End.Length));
    }

    // skmem:(r0,rb131072,t0,tb87040,f0,w0,o0,bl0,d0)
    private void ReadMemory()
    {
        foreach (var part in Parts("skmem"))
        {
            var digits = part.AsSpan().IndexOfAnyInRange('0', '9');
            if (digits > 0 && Words.Number(part[digits..]) is { } value)
            {
                memory.TryAdd(part[..digits], value);
            }
        }
    }

    private string[] Parts(string key) =>
        values.TryGetValue(key, out var text) && text is ['(', .., ')'] ? text[1..^1].Split(',') : [];

    private long? Memory(string key) => memory.TryGetValue(key, out var value) ? value : null;

    private long? Number(string key) => values.TryGetValue(key, out var text) ? Words.Number(text) : null;

    private int? Small(string key) => Number(key) is { } n and >= 0 and <= int.MaxValue ? (int)n : null;

    // "retrans:0/3": now in flight, and over the life of the connection.
    private long? Retransmitted() => values.TryGetValue("retrans", out var text) && text.IndexOf('/') is var slash and >= 0 ? Words.Number(text[(slash + 1)..]) : null;

    // "204", "5.512/11.006", "1240ms", "1240ms(100.0%)"
    private TimeSpan? Milliseconds(string key)
    {
        if (!values.TryGetValue(key, out var text))
        {
            return null;
        }

        var end = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        var number = end < 0 ? text : text[..end];
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < MostMilliseconds ? TimeSpan.FromTicks((long)Math.Round(value * TimeSpan.TicksPerMillisecond)) : null;
    }

    private static bool IsName(string word) => word.Length is > 1 and < 16 && !word.AsSpan().ContainsAnyExceptInRange('0', 'z') && char.IsAsciiLetterLower(word[0]);

    // The name of the congestion control is the last bare word before the first figure.
    private static bool FollowsCongestionControl(string word) =>
        word.StartsWith("wscale:", StringComparison.Ordinal) || word.StartsWith("rto:", StringComparison.Ordinal) || word.StartsWith("cwnd:", StringComparison.Ordinal)
        || word.StartsWith("rtt:", StringComparison.Ordinal) || word.StartsWith("mss:", StringComparison.Ordinal);
}
