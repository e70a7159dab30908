using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>
/// Reads one rule of nft. What is not understood makes the rule match more than its properties tell; it never changes what the other words mean.
/// </summary>
internal sealed class NftRule
{
    private readonly NftCursor cursor;
    private readonly NftMatch match;
    private readonly IReadOnlyDictionary<string, NftSet> sets;
    private readonly string family;

    // The verdict map the rule ends in, where the expression that asks it begins, and the fields it asks; no fields when they are not plain.
    private NftSet? verdicts;
    private int verdictFrom;
    private IReadOnlyList<string>? verdictKey;

    private NftRule(NftTokens tokens, IReadOnlyDictionary<string, NftSet> sets, string family)
    {
        cursor = new NftCursor(tokens, sets);
        match = new NftMatch(cursor, Draft, family);
        this.sets = sets;
        this.family = family;
    }

    public RuleDraft Draft { get; } = new();

    /// <summary>The rule without its counter and without figures that change by themselves.</summary>
    public string Text => cursor.Tokens.Without(cursor.Changing);

    /// <param name="sets">Sets and maps of the table, with '@' before their names.</param>
    public static NftRule Read(NftTokens tokens, IReadOnlyDictionary<string, NftSet> sets, string family)
    {
        var rule = new NftRule(tokens, sets, family);
        while (rule.cursor.At < tokens.Count)
        {
            var before = rule.cursor.At;
            rule.Next();
            rule.cursor.At = Math.Max(rule.cursor.At, before + 1);
        }

        return rule;
    }

    private void Next()
    {
        switch (cursor.Word)
        {
            case "counter":
                Counter();
                break;
            case "comment":
                cursor.At += 2;
                break;
            case "last":
                Last();
                break;
            case "accept" or "drop" or "return" or "queue" or "notrack" or "continue":
                Verdict(cursor.Word);
                break;
            case "jump" or "goto":
                Draft.Does(cursor.Word);
                Draft.Target = cursor.Tokens[cursor.At + 1];
                cursor.At += 2;
                break;
            case "reject":
                Reject();
                break;
            case "log":
                Log();
                break;
            case "dnat" or "snat" or "masquerade" or "redirect":
                NftTranslation.Read(cursor, Draft);
                break;
            case "xt":
                Extension();
                break;
            case "vmap":
                VerdictMap(null);
                break;
            case "tproxy" or "synproxy" or "dup" or "fwd":
                Draft.Does("other");
                cursor.Skip(cursor.At);
                break;
            default:
                Match();
                break;
        }
    }

    // "counter packets 3 bytes 180", "counter name "dropped"", and nft -s: "counter"
    private void Counter()
    {
        if (cursor.Tokens[cursor.At + 1] == "name")
        {
            Draft.NamedCounter = cursor.Tokens[cursor.At + 2];
            cursor.At += 3;
        }
        else if (cursor.Tokens[cursor.At + 1] == "packets" && Words.Number(cursor.Tokens[cursor.At + 2]) is { } packets)
        {
            Draft.Packets = packets;
            var to = cursor.Tokens[cursor.At + 3] == "bytes" ? cursor.At + 5 : cursor.At + 3;
            cursor.Changing.Add((cursor.At, Math.Min(to, cursor.Tokens.Count)));
            cursor.At = to;
        }
        else
        {
            cursor.At++;
        }
    }

    // "last used never", "last used 5s312ms": when the rule was met last.
    private void Last()
    {
        var to = cursor.Tokens[cursor.At + 1] == "used" ? cursor.At + 3 : cursor.At + 1;
        cursor.Changing.Add((cursor.At, Math.Min(to, cursor.Tokens.Count)));
        cursor.At = to;
    }

    private void Verdict(string word)
    {
        if (word is "notrack")
        {
            Draft.Does("other");
        }
        else if (word != "continue")
        {
            Draft.Does(word);
        }

        cursor.At++;
        if (word == "queue")
        {
            cursor.Skip(cursor.At);
        }
    }

    // "reject", "reject with tcp reset", "reject with icmp port-unreachable", before 0.9.9 "reject with icmp type port-unreachable"
    private void Reject()
    {
        Draft.Does("reject");
        cursor.At++;
        if (cursor.Word != "with")
        {
            Draft.RejectWith = family switch { "ip" => "icmp", "ip6" => "icmpv6", _ => "icmpx" } + " port-unreachable";
            return;
        }

        var kind = cursor.Tokens[cursor.At + 1];
        cursor.At += 2;
        cursor.At += cursor.Word == "type" ? 1 : 0;
        Draft.RejectWith = $"{kind} {cursor.Tokens[cursor.At]}";
        cursor.At++;
    }

    private void Log()
    {
        Draft.Does("log");
        cursor.At++;
        while (cursor.Word is "prefix" or "level" or "group" or "snaplen" or "queue-threshold" or "flags")
        {
            cursor.At += 2;
            while (cursor.Tokens.Is(cursor.At, ","))
            {
                cursor.At += 2;
            }
        }
    }

    // What iptables-nft could not say in nft's words: xt match "recent", xt target "CT".
    private void Extension()
    {
        var name = cursor.Tokens[cursor.At + 2];
        if (cursor.Tokens[cursor.At + 1] == "target")
        {
            Draft.Does(IptablesTargets.Action(name));
        }
        else
        {
            Draft.MatchesMore |= name != "comment";
        }

        cursor.At += 3;
    }

    /// <summary>
    /// The rule once for each element of its verdict map: what the element demands, and its verdict. Empty without such a map.
    /// </summary>
    public IEnumerable<RuleDraft> Elements()
    {
        if (verdicts is null)
        {
            yield break;
        }

        var begin = string.Join(' ', Enumerable.Range(0, verdictFrom).Select(i => cursor.Tokens.IsQuoted(i) ? $"\"{cursor.Tokens[i]}\"" : cursor.Tokens[i]));
        foreach (var (key, value) in verdicts.Elements)
        {
            var demands = verdictKey?.Count == key.Length ? string.Join(' ', verdictKey.Zip(key, (k, v) => $"{k} {v}")) : "";
            var element = Read(new NftTokens($"{begin} {demands} {string.Join(' ', value)}"), sets, family).Draft;
            element.MatchesMore |= demands.Length == 0;
            element.Packets = null;
            element.NamedCounter = null;
            yield return element;
        }
    }

    private void VerdictMap(IReadOnlyList<string>? key)
    {
        cursor.At++;
        verdicts = cursor.Set();
        verdictKey = key;
        Draft.MatchesMore = true;
        var said = verdicts.Elements.Select(e => string.Join(' ', e.Value)).Distinct(StringComparer.Ordinal).ToList();
        var actions = said.Select(v => v.Split(' ')[0]).Distinct(StringComparer.Ordinal).ToList();
        Draft.Does(actions is [("accept" or "drop" or "return" or "jump" or "goto") and var only] ? only : "other");
        Draft.Target = said is [var single] && single.IndexOf(' ') is var blank and > 0 ? single[(blank + 1)..] : null;
    }

    private void Match()
    {
        var start = cursor.At;
        verdictFrom = start;
        var key = match.Key();
        if (key is null)
        {
            cursor.At = start + 1;
            Draft.MatchesMore = true;
            cursor.Skip(start);
            return;
        }

        if (cursor.Word == ".")
        {
            Concatenated(key);
        }
        else if (cursor.Word == "vmap")
        {
            VerdictMap([key]);
        }
        else if (cursor.Word == "set" || (key == "tcp option" && cursor.Tokens[cursor.At + 2] == "set"))
        {
            Draft.Does("mangle");
            cursor.Skip(cursor.At);
        }
        else if (!match.Demands(key))
        {
            Draft.MatchesMore = true;
            cursor.Skip(cursor.At);
        }
    }

    // "ip daddr . meta l4proto . th dport vmap @service-ips"
    private void Concatenated(string first)
    {
        var keys = new List<string?> { first };
        while (cursor.Word == ".")
        {
            cursor.At++;
            keys.Add(match.Key());
        }

        Draft.MatchesMore = true;
        if (cursor.Word == "vmap")
        {
            VerdictMap(keys.Contains(null) ? null : [.. keys.OfType<string>()]);
        }
        else
        {
            cursor.Skip(cursor.At);
        }
    }
}
