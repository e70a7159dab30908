using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Sockets;

/// <summary>"ss" of iproute2, with and without its heading, with the details of a socket on its own line or on lines below it.</summary>
public sealed class SsReader : Reader
{
    private const string PortHeading = "Local Address:Port";

    // Sockets of IP that have two ends; "mptcp" is the connection above its tcp subflows.
    private static readonly HashSet<string> Protocols = new(StringComparer.Ordinal) { "tcp", "udp", "mptcp", "sctp", "dccp" };

    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
    {
        "nl", "u_str", "u_dgr", "u_seq", "p_raw", "p_dgr", "v_str", "v_dgr", "raw", "icmp", "icmp6", "tipc", "ti_st", "ti_dg", "ti_rd", "ti_sq", "ti_??", "xdp", "???",
    };

    /// <inheritdoc />
    public override string Id => "ss";

    /// <inheritdoc />
    public override string Reads => "ss -t [-a] [-n] [-i] [-m] [-o] [-e] [-p] [-u] [-l] [-H] [-O]: sockets, with TCP's own figures";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Any(IsHeading) ? 96 : sample.Any(l => Row.Of(l) is not null) ? sample.Share(l => Row.Of(l) is not null || Continues(l), 92) : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsHeading(line) || (line.Length > 0 && line[0] is >= 'A' and <= 'z' && Row.Of(line) is { State: not null });

    private protected override void Read(TextFile file, Findings findings)
    {
        var style = Style.Of(file);
        var unread = new Unread();
        (Row Row, int Line)? open = null;
        var details = new List<string>();
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsHeading(line.Text))
            {
                continue;
            }

            if (Row.Of(line.Text) is { } row)
            {
                Close(open, details, style, unread, findings);
                open = (row, line.Number);
                details.Clear();
            }
            else if (open is not null && Continues(line.Text))
            {
                details.Add(line.Text);
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "ss");
            }
        }

        Close(open, details, style, unread, findings);
        unread.WriteTo(findings);
    }

    private static void Close((Row Row, int Line)? open, List<string> below, Style style, Unread unread, Findings findings)
    {
        if (open is not ({ } row, var line) || (row.Protocol is { } kind && !Protocols.Contains(kind)))
        {
            return;
        }

        if (EndpointText.Parse(row.Local, style.Star) is not { } local || EndpointText.Parse(row.Peer, style.Star) is not { } peer)
        {
            unread.Name(line, $"{row.Local} {row.Peer}");
            return;
        }

        var details = new SocketDetails(below.Count == 0 ? row.Rest : $"{row.Rest} {string.Join(' ', below)}");
        var protocol = row.Protocol ?? style.Protocol;
        var state = row.State ?? style.State ?? (protocol == "tcp" && row.Peer.EndsWith(":*", StringComparison.Ordinal) ? SocketStates.Listen : null);
        if (state is null)
        {
            unread.State(line);
        }

        var socket = details.Complete(new SocketState(findings.At, findings.From(line), protocol, state ?? SocketStates.Unknown, row.ReceiveQueue, row.SendQueue, local, peer));
        findings.Add(state == SocketStates.Listen ? socket with { AcceptLimit = row.SendQueue } : socket);
    }

    private static bool Continues(string line) => line.Length > 0 && (char.IsWhiteSpace(line[0]) || SocketDetails.Fits(line));

    // "State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess"; "Recv-Q …" when one state is asked for; "Netid …" for several protocols
    private static bool IsHeading(string line) =>
        line.Length < 4000 && line.Contains("Recv-Q", StringComparison.Ordinal) && line.Contains("Send-Q", StringComparison.Ordinal)
        && (line.Contains(PortHeading, StringComparison.Ordinal) || (line.StartsWith("Netid", StringComparison.Ordinal) && line.Contains("Local Address", StringComparison.Ordinal)));

    /// <summary>One line of the list.</summary>
    private sealed record Row(string? Protocol, string? State, long ReceiveQueue, long SendQueue, string Local, string Peer, string Rest)
    {
        public static Row? Of(string line)
        {
            if (line.Length < 7 || char.IsWhiteSpace(line[0]) && line.TrimStart() is not ['0', ..] and not [>= '1' and <= '9', ..])
            {
                return null;
            }

            var head = line.Length > 400 ? line[..400] : line;
            var words = new Words(head);
            var at = 0;
            var protocol = Protocols.Contains(words[0]) || Others.Contains(words[0]) ? words[at++] : null;
            var state = SocketStates.IsOfSs(words[at]) ? words[at++] : null;
            if (Words.Number(words[at]) is not (>= 0 and var receive) || Words.Number(words[at + 1]) is not (>= 0 and var send))
            {
                return null;
            }

            var (local, peer) = (words[at + 2], words[at + 3]);
            if (protocol is not null && Others.Contains(protocol))
            {
                return state is not null ? new Row(protocol, state, receive, send, local, peer, "") : null;
            }

            return EndpointText.Fits(local) && EndpointText.Fits(peer) ? new Row(protocol, state, receive, send, local, peer, After(line, local, peer)) : null;
        }

        private static string After(string line, string local, string peer)
        {
            var from = line.IndexOf(local, StringComparison.Ordinal) + local.Length;
            return line[(line.IndexOf(peer, from, StringComparison.Ordinal) + peer.Length)..];
        }
    }

    /// <summary>What the lines leave out because the command or the release decides it.</summary>
    /// <param name="Protocol">Protocol where no column names it.</param>
    /// <param name="State">State where no column names it.</param>
    /// <param name="Star">Before iproute2 4.16 "*" was 0.0.0.0 and ":::" the other family; since, "*" is a socket of both families.</param>
    private sealed record Style(string Protocol, string? State, IPAddress Star)
    {
        private const int Looked = 5000;

        public static Style Of(TextFile file)
        {
            var rows = file.Lines.Take(Looked).Select(l => Row.Of(l.Text)).OfType<Row>().Where(r => r.Protocol is null || Protocols.Contains(r.Protocol)).ToList();
            var brackets = rows.Exists(r => r.Local[0] == '[' || r.Local.StartsWith("0.0.0.0", StringComparison.Ordinal) || r.Peer.StartsWith("0.0.0.0", StringComparison.Ordinal) || r.Peer[0] == '[');
            var words = new Words(file.Command ?? "");
            return new Style(Unnamed(rows, words), words.After("state") is { } asked ? SocketStates.FromFilter(asked) : null, brackets ? IPAddress.IPv6Any : IPAddress.Any);
        }

        // A list of one protocol does not name it. Only datagram sockets are listed as unconnected.
        private static string Unnamed(List<Row> rows, Words command)
        {
            for (var i = 1; i < command.Count; i++)
            {
                if (command[i] is ['-', not '-', ..])
                {
                    return command[i].Contains('t') ? "tcp" : command[i].Contains('u') ? "udp" : "tcp";
                }
            }

            var states = rows.Select(r => r.State).ToHashSet();
            return states.Contains(SocketStates.Unconnected) && states.IsSubsetOf([SocketStates.Unconnected, SocketStates.Established]) ? "udp" : "tcp";
        }
    }

    /// <summary>What repeats on many lines is told once.</summary>
    private sealed class Unread
    {
        private (int Line, string Text)? name;
        private int names;
        private int? state;

        public void Name(int line, string text)
        {
            name ??= (line, text);
            names++;
        }

        public void State(int line) => state ??= line;

        public void WriteTo(Findings findings)
        {
            if (name is var (line, text))
            {
                findings.Gap(line, GapKind.Unsupported, $"{names} sockets with names in place of addresses or ports, print them with ss -n: {Findings.Quote(text)}");
            }

            if (state is { } unnamed)
            {
                findings.Gap(unnamed, GapKind.Unsupported, "ss was asked for one state and does not print which: keep the command with its output");
            }
        }
    }
}
