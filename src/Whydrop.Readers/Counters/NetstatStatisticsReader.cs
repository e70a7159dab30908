using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>
/// "netstat -s" of net-tools, with -t, -u, -w, -6, and lines cut from it with grep. The tool leaves most zero counters out, so an absent counter is 0
/// only in a group that is there as a whole: it has the line that is always printed, all its lines are understood, and something follows it.
/// </summary>
public sealed class NetstatStatisticsReader : Reader
{
    // Printed whatever its value (net-tools statistics.c, state "number"; IpExt.InOctets grows with the first datagram).
    private static readonly Dictionary<string, string> AlwaysPrinted = new(StringComparer.Ordinal)
    {
        ["Ip"] = "InReceives", ["Icmp"] = "InMsgs", ["Tcp"] = "InSegs", ["Udp"] = "InDatagrams", ["TcpExt"] = "TCPHPHits", ["IpExt"] = "InOctets",
        ["Ip6"] = "InReceives", ["Icmp6"] = "InMsgs", ["Udp6"] = "InDatagrams",
    };

    private const string Failed = "error parsing /proc/net/";

    /// <inheritdoc />
    public override string Id => "netstat-s";

    /// <inheritdoc />
    public override string Reads => "netstat -s [-t] [-u] [-w] [-6]: protocol counters as sentences or as Name: value";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        if (sample.Any(l => Heading(l) is not null))
        {
            return 95;
        }

        return sample.Share(l => CounterSentenceIndex.FindAnywhere(l, out _) is not null, 80);
    }

    /// <inheritdoc />
    public override bool Opens(string line) => Heading(line) is not null || line.StartsWith(Failed, StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        var state = new State(findings);
        foreach (var line in file.Lines)
        {
            if (!string.IsNullOrWhiteSpace(line.Text))
            {
                state.Take(line);
            }
        }

        state.EndGroup(isLast: true);
    }

    private static string? Heading(string line)
    {
        if (line.Length is < 3 or > 24 || !char.IsAsciiLetterUpper(line[0]))
        {
            return null;
        }

        var trimmed = line.AsSpan().TrimEnd();
        return trimmed[^1] == ':' && CounterGroups.Contains(trimmed[..^1].ToString()) ? trimmed[..^1].ToString() : null;
    }

    private sealed class State(Findings findings)
    {
        private readonly HashSet<string> seen = new(StringComparer.Ordinal);
        private readonly List<(int Line, string Name, long Value)> counters = [];
        private string? group;
        private int headingLine;
        private string histogram = "";
        private bool understood = true;

        public void Take(TextLine line)
        {
            if (Heading(line.Text) is { } heading)
            {
                EndGroup(isLast: false);
                (group, headingLine, histogram, understood) = (heading == "Tcp6" ? "Tcp" : heading, line.Number, "", true);
                seen.Clear();
                return;
            }

            var text = line.Text.Trim();
            switch (text)
            {
                case "ICMP input histogram:":
                    histogram = "In";
                    return;
                case "ICMP output histogram:":
                    histogram = "Out";
                    return;
            }

            if (text.StartsWith(Failed, StringComparison.Ordinal))
            {
                findings.Gap(line.Number, GapKind.Unreadable, $"netstat could not read its source: {Findings.Quote(text)}");
            }
            else if (group is null)
            {
                WithoutHeading(line, text);
            }
            else
            {
                Below(group, line, text);
            }
        }

        public void EndGroup(bool isLast)
        {
            if (group is null)
            {
                return;
            }

            var whole = understood && (!isLast || group is "IpExt" or "MPTcpExt") && (!AlwaysPrinted.TryGetValue(group, out var always) || seen.Contains(always));
            findings.Section(headingLine, null, group, omitsZeros: whole);
            foreach (var (line, name, value) in counters)
            {
                findings.Counter(line, null, name, value);
            }

            counters.Clear();
            if (isLast && group is "Ip" or "Icmp" or "TcpExt" && !whole)
            {
                findings.Gap(headingLine, GapKind.Truncated, $"the text ends within {group}: its absent counters are unknown");
            }
        }

        private void Below(string heading, TextLine line, string text)
        {
            if (Raw(heading, text) is { } raw)
            {
                Counter(line, heading, raw.Name, raw.Value);
            }
            else if (CounterSentenceIndex.Find(heading, histogram, text, out var value) is { } name)
            {
                Counter(line, heading, name, value);
            }
            else
            {
                understood = false;
                findings.NotUnderstood(line.Number, text, $"netstat -s, {heading}");
            }
        }

        private void WithoutHeading(TextLine line, string text)
        {
            if (CounterSentenceIndex.FindAnywhere(text, out var value) is { } counter)
            {
                Counter(line, counter.Group, counter.Name, value);
            }
            else
            {
                findings.NotUnderstood(line.Number, text, "netstat -s, without a heading");
            }
        }

        private void Counter(TextLine line, string heading, string name, long value)
        {
            if (group is null)
            {
                findings.Counter(line.Number, null, $"{heading}.{name}", value);
            }
            else if (seen.Add(name))
            {
                // Whether absent counters are 0 is known at the group's end, and is said before its counters.
                counters.Add((line.Number, $"{heading}.{name}", value));
            }
            else
            {
                findings.Gap(line.Number, GapKind.Malformed, $"{heading}.{name} is printed twice: {Findings.Quote(text: line.Text)}");
            }
        }

        // "TCPTimeouts: 214"; below the IPv6 headings with the group in front: "Ip6InOctets: 128".
        private static (string Name, long Value)? Raw(string heading, string text)
        {
            var colon = text.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || !CounterGroups.IsName(text.AsSpan(0, colon)) || Words.Number(text[(colon + 2)..].Trim()) is not { } value)
            {
                return null;
            }

            var name = text[..colon];
            if (heading.EndsWith('6') && name.Length > heading.Length && name.StartsWith(heading, StringComparison.Ordinal))
            {
                name = name[heading.Length..];
            }

            return (name, value);
        }
    }
}
