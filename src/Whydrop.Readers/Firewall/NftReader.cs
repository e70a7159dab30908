using System.Text;
using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>"nft list ruleset", and "nft list table" or "chain": chains, rules and their counters. Sets and maps are read for the rules that ask them.</summary>
public sealed partial class NftReader : Reader
{
    private const int MostJoined = 200_000;

    // net/netfilter: priorities by name (nft(8), "Standard priority names").
    private static readonly Dictionary<string, int> Priorities = new(StringComparer.Ordinal)
    {
        ["raw"] = -300, ["mangle"] = -150, ["dstnat"] = -100, ["filter"] = 0, ["security"] = 50, ["srcnat"] = 100,
    };

    private static readonly Dictionary<string, int> BridgePriorities = new(StringComparer.Ordinal)
    {
        ["dstnat"] = -300, ["filter"] = -200, ["out"] = 100, ["srcnat"] = 300,
    };

    /// <inheritdoc />
    public override string Id => "nft";

    /// <inheritdoc />
    public override string Reads => "nft [-a] [-n] [-s] list ruleset, list table, list chain: chains, rules, counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Table().IsMatch(l)) ? 97 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith("table ", StringComparison.Ordinal) && Table().IsMatch(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var statements = new Queue<(int Line, string Text)>(Joined(file));
        while (statements.TryDequeue(out var statement))
        {
            if (Table().Match(statement.Text) is { Success: true } table)
            {
                var family = table.Groups["family"].Success ? table.Groups["family"].Value : "ip";
                new TableReading(new RuleBook(findings, family, table.Groups["name"].Value, statement.Line), statements, findings).Read(statement.Line);
            }
            else if (statement.Text != "}")
            {
                findings.NotUnderstood(statement.Line, statement.Text, "nft list ruleset");
            }
        }
    }

    // One statement a line; a set in the middle of one may stand on several.
    private static IEnumerable<(int Line, string Text)> Joined(TextFile file)
    {
        var open = new StringBuilder();
        var first = 0;
        var balance = 0;
        var joined = 0;
        foreach (var line in file.Lines)
        {
            var text = WithoutHandle(line.Text).Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            if (open.Length == 0 && (text == "}" || Opening().IsMatch(text)))
            {
                yield return (line.Number, text);
                continue;
            }

            balance += new NftTokens(text).Balance;
            first = open.Length == 0 ? line.Number : first;
            open.Append(open.Length == 0 ? "" : " ").Append(text);
            if (balance <= 0 || ++joined > MostJoined)
            {
                yield return (first, open.ToString());
                open.Clear();
                (balance, joined) = (0, 0);
            }
        }

        if (open.Length > 0)
        {
            yield return (first, open.ToString());
        }
    }

    // nft -a: "… accept # handle 12"
    private static string WithoutHandle(string line)
    {
        var mark = line.LastIndexOf(" # handle ", StringComparison.Ordinal);
        return mark >= 0 && Words.Number(line[(mark + " # handle ".Length)..].Trim()) is not null ? line[..mark] : line;
    }

    private static int? Priority(string family, string text)
    {
        var words = new Words(text);
        var named = family == "bridge" ? BridgePriorities : Priorities;
        if (words.Count is not (1 or 3) || (Words.Number(words[0]) ?? (named.TryGetValue(words[0], out var number) ? number : null)) is not { } start)
        {
            return null;
        }

        var step = words.Count == 1 ? 0 : Words.Number(words[2]);
        return step is { } by && words.Count == 1 || words[1] is "+" or "-" ? (int)Math.Clamp(words[1] == "-" ? start - (step ?? 0) : start + (step ?? 0), int.MinValue, int.MaxValue) : null;
    }

    [GeneratedRegex(@"^\s*table\s+((?<family>ip|ip6|inet|arp|bridge|netdev)\s+)?(?<name>[A-Za-z_""][^\s{]*)\s*\{(\s*#.*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Table();

    [GeneratedRegex(@"^(table|chain|set|map|counter|limit|quota|flowtable|secmark|synproxy|tunnel|meter|ct\s+(helper|timeout|expectation))\s[^{]*\{(\s*#.*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    [GeneratedRegex(@"^type\s+\w+\s+hook\s+(?<hook>\w+)(\s+device\s+\S+|\s+devices\s*=\s*\{[^}]*\})?\s+priority\s+(?<priority>[^;]+);(\s*policy\s+(?<policy>\w+);)?", RegexOptions.CultureInvariant)]
    private static partial Regex Hook();

    /// <summary>One table.</summary>
    private sealed class TableReading(RuleBook book, Queue<(int Line, string Text)> statements, Findings findings)
    {
        private readonly Dictionary<string, NftSet> sets = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> counters = new(StringComparer.Ordinal);
        private bool dormant;

        public void Read(int line)
        {
            while (statements.TryDequeue(out var statement))
            {
                if (statement.Text == "}")
                {
                    return;
                }

                var words = new Words(statement.Text);
                if (!Opening().IsMatch(statement.Text))
                {
                    // "flags dormant", "comment "…"": nothing below them.
                    Alone(words, statement);
                }
                else if (words[0] == "chain")
                {
                    Chain(words[1], statement.Line);
                }
                else
                {
                    Object(words);
                }
            }

            findings.Gap(line, GapKind.Truncated, $"the text ends within table {book.Family} {book.Table}: rules are missing, and its last line is not read");
        }

        private void Alone(Words words, (int Line, string Text) statement)
        {
            if (words[0] == "flags" && words.Has("dormant"))
            {
                findings.Gap(statement.Line, GapKind.NotCollected, $"table {book.Family} {book.Table} is dormant: its rules are not in force and not read");
                dormant = true;
            }
            else if (words[0] is not ("flags" or "comment" or "owner"))
            {
                findings.NotUnderstood(statement.Line, statement.Text, "an nft table");
            }
        }

        // Sets, maps, counters and objects that rules name.
        private void Object(Words words)
        {
            var changes = false;
            NftSet? elements = null;
            while (statements.TryDequeue(out var statement) && statement.Text != "}")
            {
                var tokens = new NftTokens(statement.Text);
                if (words[0] == "counter" && tokens[0] == "packets" && Words.Number(tokens[1]) is { } packets)
                {
                    counters[words[1]] = packets;
                    book.Named(statement.Line, words[1], packets);
                }
                else if (tokens[0] is "flags" or "timeout" && (statement.Text.Contains("dynamic", StringComparison.Ordinal) || statement.Text.Contains("timeout", StringComparison.Ordinal)))
                {
                    changes = true;
                }
                else if (tokens[0] == "elements" && tokens.Is(2, "{"))
                {
                    elements = NftSet.Read(tokens, 2, changes);
                }
            }

            if (words[0] is "set" or "map")
            {
                sets[$"@{words[1]}"] = elements ?? new NftSet([], changes);
            }
        }

        private void Chain(string chain, int line)
        {
            var told = dormant;
            while (statements.TryDequeue(out var statement) && statement.Text != "}")
            {
                if (dormant)
                {
                    continue;
                }

                if (Hook().Match(statement.Text) is { Success: true } hook)
                {
                    var policy = hook.Groups["policy"].Success ? hook.Groups["policy"].Value : null;
                    book.Chain(line, chain, hook.Groups["hook"].Value, policy, Priority(book.Family, hook.Groups["priority"].Value));
                    told = true;
                }
                else if (statement.Text.StartsWith("type ", StringComparison.Ordinal))
                {
                    findings.NotUnderstood(statement.Line, statement.Text, "an nft chain");
                }
                else if (!statement.Text.StartsWith("comment ", StringComparison.Ordinal) && statements.Count > 0)
                {
                    // The last line of a text that ends before its table does may itself be cut.
                    Rule(chain, statement);
                }
            }

            if (!told)
            {
                book.Chain(line, chain, null, null, null);
            }
        }

        private void Rule(string chain, (int Line, string Text) statement)
        {
            var rule = NftRule.Read(new NftTokens(statement.Text), sets, book.Family);
            var named = rule.Draft.NamedCounter is { } name && counters.TryGetValue(name, out var packets) ? packets : (long?)null;
            book.Rule(statement.Line, chain, rule.Text, rule.Draft, named);
            foreach (var element in rule.Elements())
            {
                book.Rule(statement.Line, chain, rule.Text, element, sharesPlace: true);
            }
        }
    }
}
