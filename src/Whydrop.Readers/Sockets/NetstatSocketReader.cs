using System.Globalization;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Sockets;

/// <summary>"netstat -ant" of net-tools and busybox. Sockets that are not of TCP or UDP are passed over.</summary>
public sealed class NetstatSocketReader : Reader
{
    // net-tools cuts an endpoint to this many characters unless it is run with -W; what is left still looks like an address.
    private const int ColumnWidth = 23;

    private static readonly Dictionary<string, string> Protocols = new(StringComparer.Ordinal)
    {
        ["tcp"] = "tcp", ["tcp6"] = "tcp", ["udp"] = "udp", ["udp6"] = "udp",
    };

    private static readonly Dictionary<string, string> Timers = new(StringComparer.Ordinal)
    {
        ["on"] = "on", ["on2"] = "on", ["keepalive"] = "keepalive", ["timewait"] = "timewait", ["probe"] = "persist",
    };

    /// <inheritdoc />
    public override string Id => "netstat-sockets";

    /// <inheritdoc />
    public override string Reads => "netstat -ant [-u] [-p] [-o] [-e] [-W]: sockets";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsTitle) ? 95 : sample.Share(IsRow, 90);

    /// <inheritdoc />
    public override bool Opens(string line) => IsTitle(line) || IsRow(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var internet = true;
        var listed = false;
        var wide = file.Lines.Any(l => IsRow(l.Text) && new Words(l.Text) is var w && (w[3].Length > ColumnWidth || w[4].Length > ColumnWidth));
        (int Line, string Text)? named = null;
        var names = 0;
        foreach (var line in file.Lines)
        {
            var text = line.Text;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            if (IsTitle(text) || IsColumns(text))
            {
                internet = IsInternetColumns(text) || text.StartsWith("Active Internet", StringComparison.Ordinal);
                listed |= internet;
            }
            else if (internet && IsRow(text))
            {
                listed = true;
                if (!Row(new Words(text), line.Number, wide, findings))
                {
                    named ??= (line.Number, text);
                    names++;
                }
            }
            else if (internet && !IsPassedOver(text))
            {
                findings.NotUnderstood(line.Number, text, "netstat, sockets");
            }
        }

        if (!listed && file.Lines.Count > 0)
        {
            findings.Gap(file.Lines[0].Number, GapKind.NotCollected, "netstat lists no sockets of TCP or UDP here: collect it with netstat -ant");
        }

        if (named is var (first, example))
        {
            findings.Gap(first, GapKind.Unsupported, $"{names} sockets with names or cut addresses, print them with netstat -nW or ss -n: {Findings.Quote(example)}");
        }
    }

    private static bool Row(Words words, int line, bool wide, Findings findings)
    {
        var star = words[0].EndsWith('6') ? IPAddress.IPv6Any : IPAddress.Any;
        if (EndpointText.Parse(words[3], star) is not { } local || EndpointText.Parse(words[4], star) is not { } peer || Cut(words[3], wide) || Cut(words[4], wide))
        {
            return false;
        }

        var protocol = Protocols[words[0]];
        var stated = SocketStates.FromNetstat(words[5]);
        var timer = TimerAt(words);
        findings.Add(new SocketState(
            findings.At, findings.From(line), protocol, stated ?? (protocol == "udp" ? SocketStates.Unconnected : SocketStates.Unknown),
            Words.Number(words[1]) ?? 0, Words.Number(words[2]) ?? 0, local, peer)
        {
            Process = Program(words, stated is null ? 5 : 6, timer < 0 ? words.Count : timer),
            Timer = timer < 0 || words[timer] == "off" ? null : Timers.GetValueOrDefault(words[timer], "unknown"),
            TimerRetries = timer < 0 || words[timer] == "off" ? null : Expiries(words[timer], words[timer + 1]),
        });
        return true;
    }

    private static bool Cut(string endpoint, bool wide) => !wide && endpoint.Length == ColumnWidth && endpoint.AsSpan().Count(':') > 1;

    // "12387/Passenger Rac" behind the state, or behind user and inode; "-" for none.
    private static string? Program(Words words, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var slash = words[i].IndexOf('/');
            if (slash > 0 && Words.Number(words[i][..slash]) is not null)
            {
                return words.Join(i, to);
            }
        }

        return null;
    }

    // "on (0.79/2/0)": seconds left, retransmissions, probes.
    private static int TimerAt(Words words)
    {
        var at = words.Count - 2;
        return at > 5 && words[at + 1] is ['(', .., ')'] && words[at + 1].AsSpan().Count('/') == 2 ? at : -1;
    }

    private static int? Expiries(string timer, string figures)
    {
        var parts = figures[1..^1].Split('/');
        return int.TryParse(parts[timer is "keepalive" or "probe" ? 2 : 1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
    }

    private static bool IsTitle(string line) =>
        line.StartsWith("Active Internet connections", StringComparison.Ordinal) || line.StartsWith("Active UNIX domain sockets", StringComparison.Ordinal)
        || line.StartsWith("Active Bluetooth", StringComparison.Ordinal) || line.StartsWith("Active X.25", StringComparison.Ordinal) || IsInternetColumns(line);

    private static bool IsInternetColumns(string line) =>
        line.StartsWith("Proto Recv-Q Send-Q", StringComparison.Ordinal) && line.Contains("Local Address", StringComparison.Ordinal) && line.Contains("Foreign Address", StringComparison.Ordinal)
        && !line.Contains("(state)", StringComparison.Ordinal);

    private static bool IsColumns(string line) => line.StartsWith("Proto ", StringComparison.Ordinal) && (IsInternetColumns(line) || line.Contains("RefCnt", StringComparison.Ordinal));

    // Raw sockets have a protocol for a port; the kernel's lists of other families follow their own titles.
    private static bool IsPassedOver(string line) =>
        line.StartsWith("raw", StringComparison.Ordinal) || line.StartsWith("udplite", StringComparison.Ordinal) || line.StartsWith("sctp", StringComparison.Ordinal)
        || line.StartsWith("unix ", StringComparison.Ordinal) || line.StartsWith("icmp", StringComparison.Ordinal);

    // "tcp6       0      0 ::1:38134               ::1:22                  ESTABLISHED 6491/ssh"
    private static bool IsRow(string line)
    {
        if (line.Length is < 20 or > 1000 || line[0] is not ('t' or 'u'))
        {
            return false;
        }

        var words = new Words(line);
        return Protocols.ContainsKey(words[0]) && Words.Number(words[1]) is >= 0 && Words.Number(words[2]) is >= 0 && EndpointText.Fits(words[3]) && EndpointText.Fits(words[4])
            && (words[0][0] == 'u' || SocketStates.FromNetstat(words[5]) is not null);
    }
}
