using System.Globalization;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Conntrack;

/// <summary>"conntrack -L" and /proc/net/nf_conntrack: the connection tracking table (net/netfilter/nf_conntrack_standalone.c ct_seq_show).</summary>
public sealed class ConntrackReader : Reader
{
    private const string Footer = "flow entries have been shown";

    /// <inheritdoc />
    public override string Id => "conntrack";

    /// <inheritdoc />
    public override string Reads => "conntrack -L [-o extended,id], /proc/net/nf_conntrack: connection tracking entries";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(l => IsEntry(l) || IsFooter(l), 97);

    /// <inheritdoc />
    public override bool Opens(string line) => IsEntry(line) || IsFooter(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsFooter(line.Text))
            {
                continue;
            }

            if (IsEntry(line.Text) && Entry(new Words(line.Text), line.Number, findings) is { } entry)
            {
                findings.Add(entry);
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "conntrack entries");
            }
        }
    }

    // "conntrack v1.4.7 (conntrack-tools): 4 flow entries have been shown."
    private static bool IsFooter(string line) => line.StartsWith("conntrack v", StringComparison.Ordinal) && line.Contains(Footer, StringComparison.Ordinal);

    // "[ipv4     2] tcp      6 431998 ESTABLISHED src=10.0.0.1 dst=…"
    private static bool IsEntry(string line)
    {
        if (line.Length is < 40 or > 2000 || !char.IsAsciiLetterLower(line[0]) || line.IndexOf(" src=", StringComparison.Ordinal) is not (> 6 and < 80) || !line.Contains(" dst=", StringComparison.Ordinal))
        {
            return false;
        }

        var words = new Words(line);
        return Words.Number(words[1]) is >= 0 and <= 255;
    }

    private static ConntrackEntry? Entry(Words words, int line, Findings findings)
    {
        var at = words[0] is "ipv4" or "ipv6" ? 2 : 0;
        if (Words.Number(words[at + 1]) is not { } number)
        {
            return null;
        }

        // Offloaded flows have no time left to print, and only some protocols a state.
        var protocol = words[at] == "unknown" ? number.ToString(CultureInfo.InvariantCulture) : words[at];
        var timeout = Words.Number(words[at + 2]);
        var next = at + (timeout is null ? 2 : 3);
        var state = words[next].Contains('=') || words[next].StartsWith('[') ? null : words[next];

        var original = new Tuple();
        var reply = new Tuple();
        for (var i = next; i < words.Count; i++)
        {
            if (words[i].StartsWith("src=", StringComparison.Ordinal) && original.Source is not null && reply.Source is not null)
            {
                break;
            }

            (original.IsComplete && (reply.Source is not null || words[i].StartsWith("src=", StringComparison.Ordinal)) ? reply : original).Take(words[i]);
        }

        return original is { Source: { } from, Destination: { } to } && reply is { Source: { } replyFrom, Destination: { } replyTo }
            ? new ConntrackEntry(
                findings.At, findings.From(line), protocol, state, timeout is >= 0 and < int.MaxValue ? TimeSpan.FromSeconds(timeout.Value) : null,
                new IPEndPoint(from, original.SourcePort), new IPEndPoint(to, original.DestinationPort),
                new IPEndPoint(replyFrom, reply.SourcePort), new IPEndPoint(replyTo, reply.DestinationPort), words.Has("[UNREPLIED]"), words.Has("[ASSURED]"))
            : null;
    }

    /// <summary>One direction of an entry: "src=… dst=… sport=… dport=…", or "type=… code=… id=…" without ports.</summary>
    private sealed class Tuple
    {
        public IPAddress? Source { get; private set; }

        public IPAddress? Destination { get; private set; }

        public int SourcePort { get; private set; }

        public int DestinationPort { get; private set; }

        public bool IsComplete => Source is not null && Destination is not null;

        public void Take(string word)
        {
            var equals = word.IndexOf('=');
            if (equals < 0)
            {
                return;
            }

            var value = word[(equals + 1)..];
            switch (word[..equals])
            {
                case "src":
                    Source = AddressText.Address(value);
                    break;
                case "dst":
                    Destination = AddressText.Address(value);
                    break;
                case "sport":
                    SourcePort = Port(value);
                    break;
                case "dport":
                    DestinationPort = Port(value);
                    break;
            }
        }

        private static int Port(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
    }
}
