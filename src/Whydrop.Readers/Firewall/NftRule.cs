using System.Net;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>
/// Reads one rule of nft. What is not understood makes the rule match more than its properties tell; it never changes what the other words mean.
/// </summary>
internal sealed class NftRule
{
    // Words that begin a statement: reading goes on here behind an expression that is not understood.
    private static readonly HashSet<string> Statements = new(StringComparer.Ordinal)
    {
        "counter", "accept", "drop", "reject", "return", "continue", "jump", "goto", "queue", "log", "dnat", "snat", "masquerade", "redirect", "notrack", "comment", "limit", "quota", "vmap", "xt",
        "tproxy", "synproxy", "dup", "fwd", "flow", "last",
    };

    private static readonly HashSet<string> Matches = new(StringComparer.Ordinal) { "ip", "ip6", "tcp", "udp", "sctp", "dccp", "th", "ct", "meta", "iifname", "oifname", "iif", "oif", "icmp", "icmpv6" };

    // Their operands are words that otherwise begin a match.
    private static readonly HashSet<string> Nested = new(StringComparer.Ordinal) { "fib", "jhash", "symhash", "numgen", "add", "update", "delete", "meter", "rt", "socket", "osf", "ipsec", "arp" };

    private readonly NftTokens tokens;
    private readonly IReadOnlyDictionary<string, NftSet> sets;
    private readonly string family;
    private readonly List<(int From, int To)> uncounted = [];
    private int at;

    // The verdict map the rule ends in, where the expression that asks it begins, and the fields it asks; no fields when they are not plain.
    private NftSet? verdicts;
    private int verdictFrom;
    private IReadOnlyList<string>? verdictKey;

    private NftRule(NftTokens tokens, IReadOnlyDictionary<string, NftSet> sets, string family)
    {
        this.tokens = tokens;
        this.sets = sets;
        this.family = family;
    }

    public RuleDraft Draft { get; } = new();

    /// <summary>The rule without its counter and without figures that change by themselves.</summary>
    public string Text => tokens.Without(uncounted);

    /// <param name="sets">Sets and maps of the table, with '@' before their names.</param>
    public static NftRule Read(NftTokens tokens, IReadOnlyDictionary<string, NftSet> sets, string family)
    {
        var rule = new NftRule(tokens, sets, family);
        while (rule.at < tokens.Count)
        {
            var before = rule.at;
            rule.Next();
            rule.at = Math.Max(rule.at, before + 1);
        }

        return rule;
    }

    private string Word => tokens.IsQuoted(at) ? "" : tokens[at];

    private void Next()
    {
        switch (Word)
        {
            case "counter":
                Counter();
                break;
            case "comment":
                at += 2;
                break;
            case "last":
                Last();
                break;
            case "accept" or "drop" or "return" or "queue" or "notrack" or "continue":
                Verdict(Word);
                break;
            case "jump" or "goto":
                Draft.Does(Word);
                Draft.Target = tokens[at + 1];
                at += 2;
                break;
            case "reject":
                Reject();
                break;
            case "log":
                Log();
                break;
            case "dnat" or "snat" or "masquerade" or "redirect":
                Translate();
                break;
            case "xt":
                Extension();
                break;
            case "vmap":
                VerdictMap(null);
                break;
            case "tproxy" or "synproxy" or "dup" or "fwd":
                Draft.Does("other");
                Skip(at);
                break;
            default:
                Match();
                break;
        }
    }

    // "counter packets 3 bytes 180", "counter name "dropped"", and nft -s: "counter"
    private void Counter()
    {
        if (tokens[at + 1] == "name")
        {
            Draft.NamedCounter = tokens[at + 2];
            at += 3;
        }
        else if (tokens[at + 1] == "packets" && Words.Number(tokens[at + 2]) is { } packets)
        {
            Draft.Packets = packets;
            var to = tokens[at + 3] == "bytes" ? at + 5 : at + 3;
            uncounted.Add((at, Math.Min(to, tokens.Count)));
            at = to;
        }
        else
        {
            at++;
        }
    }

    // "last used never", "last used 5s312ms": when the rule was met last.
    private void Last()
    {
        var to = tokens[at + 1] == "used" ? at + 3 : at + 1;
        uncounted.Add((at, Math.Min(to, tokens.Count)));
        at = to;
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

        at++;
        if (word == "queue")
        {
            Skip(at);
        }
    }

    // "reject", "reject with tcp reset", "reject with icmp port-unreachable", before 0.9.9 "reject with icmp type port-unreachable"
    private void Reject()
    {
        Draft.Does("reject");
        at++;
        if (Word != "with")
        {
            Draft.RejectWith = family switch { "ip" => "icmp", "ip6" => "icmpv6", _ => "icmpx" } + " port-unreachable";
            return;
        }

        var kind = tokens[at + 1];
        at += 2;
        at += Word == "type" ? 1 : 0;
        Draft.RejectWith = $"{kind} {tokens[at]}";
        at++;
    }

    private void Log()
    {
        Draft.Does("log");
        at++;
        while (Word is "prefix" or "level" or "group" or "snaplen" or "queue-threshold" or "flags")
        {
            at += 2;
            while (tokens.Is(at, ","))
            {
                at += 2;
            }
        }
    }

    // "dnat [ip] to TARGET [random]", "masquerade [to :1024-2048] [fully-random]", "redirect [to] :8080"
    private void Translate()
    {
        Draft.Does(Word);
        at++;
        at += Word is "ip" or "ip6" && tokens[at + 1] is "to" or "addr" ? 1 : 0;
        while (Word is "to" or "addr" or "." or "port" or "prefix" or "interval")
        {
            at++;
        }

        if (RuleValues.Translation(Word) is { } plain && Word.Length > 0)
        {
            Draft.Translations.AddRange(plain.Ends);
            Draft.TranslatedPorts = plain.Ports is { } ports && ports.First == ports.Last && plain.Ends.Count > 0 ? null : plain.Ports;
            at++;
        }
        else if (at < tokens.Count && !Statements.Contains(Word) && Word is not ("random" or "fully-random" or "persistent"))
        {
            Mapped();
        }

        while (Word is "random" or "fully-random" or "persistent" || tokens.Is(at, ","))
        {
            at++;
        }
    }

    // "numgen random mod 2 map { 0 : 10.1.1.1, 1 : 10.1.1.2 }:8080", "ip daddr . tcp dport map @targets"
    private void Mapped()
    {
        while (at < tokens.Count && Word != "map" && !Statements.Contains(Word))
        {
            at = Word == "{" ? tokens.Behind(at) : at + 1;
        }

        if (Word != "map")
        {
            return;
        }

        at++;
        var map = SetAt();
        var tail = Word.StartsWith(':') ? RuleValues.Ports(Word[1..]) : null;
        at += Word.StartsWith(':') ? 1 : 0;
        foreach (var (_, value) in map.Elements)
        {
            if (value.Length is 1 or 2 && RuleValues.Translation(value[0]) is { } target)
            {
                var port = value.Length == 2 ? RuleValues.Ports(value[1])?.First : tail?.First;
                Draft.Translations.AddRange(target.Ends.Select(e => port is { } p ? new IPEndPoint(e.Address, p) : e));
            }
        }
    }

    // What iptables-nft could not say in nft's words: xt match "recent", xt target "CT".
    private void Extension()
    {
        var name = tokens[at + 2];
        if (tokens[at + 1] == "target")
        {
            Draft.Does(IptablesTargets.Action(name));
        }
        else
        {
            Draft.MatchesMore |= name != "comment";
        }

        at += 3;
    }

    /// <summary>A set or map: in braces, or by its name.</summary>
    private NftSet SetAt()
    {
        if (tokens.Is(at, "{"))
        {
            var set = NftSet.Read(tokens, at, changes: false);
            at = tokens.Behind(at);
            return set;
        }

        var name = tokens[at];
        at++;
        return sets.TryGetValue(name, out var named) ? named : NftSet.Unknown;
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

        var begin = string.Join(' ', Enumerable.Range(0, verdictFrom).Select(i => tokens.IsQuoted(i) ? $"\"{tokens[i]}\"" : tokens[i]));
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
        at++;
        verdicts = SetAt();
        verdictKey = key;
        Draft.MatchesMore = true;
        var said = verdicts.Elements.Select(e => string.Join(' ', e.Value)).Distinct(StringComparer.Ordinal).ToList();
        var actions = said.Select(v => v.Split(' ')[0]).Distinct(StringComparer.Ordinal).ToList();
        Draft.Does(actions is [("accept" or "drop" or "return" or "jump" or "goto") and var only] ? only : "other");
        Draft.Target = said is [var single] && single.IndexOf(' ') is var blank and > 0 ? single[(blank + 1)..] : null;
    }

    private void Match()
    {
        var start = at;
        verdictFrom = start;
        var key = Key();
        if (key is null)
        {
            at = start + 1;
            Draft.MatchesMore = true;
            Skip(start);
            return;
        }

        if (Word == ".")
        {
            Concatenated(key);
        }
        else if (Word == "vmap")
        {
            VerdictMap([key]);
        }
        else if (Word == "set" || (key == "tcp option" && tokens[at + 2] == "set"))
        {
            Draft.Does("mangle");
            Skip(at);
        }
        else if (!Demands(key))
        {
            Draft.MatchesMore = true;
            Skip(at);
        }
    }

    // "ip daddr . meta l4proto . th dport vmap @service-ips"
    private void Concatenated(string first)
    {
        var keys = new List<string?> { first };
        while (Word == ".")
        {
            at++;
            keys.Add(Key());
        }

        Draft.MatchesMore = true;
        if (Word == "vmap")
        {
            VerdictMap(keys.Contains(null) ? null : [.. keys.OfType<string>()]);
        }
        else
        {
            Skip(at);
        }
    }

    /// <summary>The field a match looks at; null for one that these rules do not name.</summary>
    private string? Key()
    {
        var first = Word;
        switch (first)
        {
            case "iifname" or "iif" or "oifname" or "oif":
                at++;
                return first;
            case "meta" when tokens[at + 1] is "iifname" or "iif" or "oifname" or "oif":
                at += 2;
                return tokens[at - 1];
            case "ip" or "ip6" or "tcp" or "udp" or "sctp" or "dccp" or "th" or "ct" or "meta" or "icmp" or "icmpv6" when !tokens.IsQuoted(at + 1) && tokens[at + 1].Length > 1:
                at += 2;
                return $"{first} {tokens[at - 1]}";
            default:
                return null;
        }
    }

    // Whether the properties hold all that the match demands. A negation they do not hold.
    private bool Demands(string key)
    {
        var implied = ImpliedProtocol(key);
        if (implied is not null)
        {
            Draft.Demand(implied);
        }

        at += Word == "==" ? 1 : 0;
        if (Word is "!=" or "<" or ">" or "<=" or ">=" or "&" or "|" or "^" or "and" or "or" or "~" || key is "th flags" or "tcp flags" or "tcp option")
        {
            return false;
        }

        if (!IsHeld(key))
        {
            return false;
        }

        var values = Values();
        if (values is null || tokens[at] is "&" or "/" or "|" && !tokens.IsQuoted(at))
        {
            return false;
        }

        Keep(key, values);
        return true;
    }

    private static bool IsHeld(string key) => key is "iifname" or "iif" or "oifname" or "oif" or "meta l4proto" or "ip protocol" or "ip6 nexthdr" or "ct state"
        || key.EndsWith(" saddr", StringComparison.Ordinal) || key.EndsWith(" daddr", StringComparison.Ordinal) || key.EndsWith(" sport", StringComparison.Ordinal) || key.EndsWith(" dport", StringComparison.Ordinal);

    private static string? ImpliedProtocol(string key) => key[..(key.IndexOf(' ') is var blank and > 0 ? blank : key.Length)] switch
    {
        "tcp" => "tcp",
        "udp" => "udp",
        "sctp" => "sctp",
        "dccp" => "dccp",
        "icmp" => "icmp",
        "icmpv6" => "icmpv6",
        _ => null,
    };

    /// <summary>The alternatives behind a field: "80", "new,established", "{ 80, 443 }", "@set"; null for a set whose elements change or are unknown.</summary>
    private List<string>? Values()
    {
        if (tokens.Is(at, "{") || (Word.StartsWith('@') && !Word.Contains(',')))
        {
            var set = SetAt();
            return set.Changes || set.Elements.Any(e => e.Key.Length != 1) ? null : [.. set.Elements.Select(e => e.Key[0])];
        }

        var values = new List<string> { tokens[at] };
        at++;
        while (tokens.Is(at, ","))
        {
            values.Add(tokens[at + 1]);
            at += 2;
        }

        return values;
    }

    private void Keep(string key, List<string> values)
    {
        switch (key)
        {
            case "iifname" or "iif":
                Draft.DemandDevice(incoming: true, values.Count == 1 ? values[0] : "");
                break;
            case "oifname" or "oif":
                Draft.DemandDevice(incoming: false, values.Count == 1 ? values[0] : "");
                break;
            case "meta l4proto" or "ip protocol" or "ip6 nexthdr" when values.Count == 1:
                Draft.Demand(RuleValues.Protocol(values[0]));

                // In a table of both families it demands one of them as well, which no property holds.
                Draft.MatchesMore |= key[0] == 'i' && family is not ("ip" or "ip6");
                break;
            case "ct state":
                Draft.Demand(Draft.ConntrackStates, values.ConvertAll(RuleValues.State));
                break;
            case var _ when key.EndsWith(" saddr", StringComparison.Ordinal):
                Draft.Demand(Draft.Sources, All(values, RuleValues.Networks));
                break;
            case var _ when key.EndsWith(" daddr", StringComparison.Ordinal):
                Draft.Demand(Draft.Destinations, All(values, RuleValues.Networks));
                break;
            case var _ when key.EndsWith(" sport", StringComparison.Ordinal):
                Draft.Demand(Draft.SourcePorts, All(values, Ports));
                break;
            case var _ when key.EndsWith(" dport", StringComparison.Ordinal):
                Draft.Demand(Draft.DestinationPorts, All(values, Ports));
                break;
            default:
                Draft.MatchesMore = true;
                break;
        }
    }

    private static IReadOnlyList<(int First, int Last)>? Ports(string text) => RuleValues.Ports(text) is { } ports ? [ports] : null;

    /// <summary>What all alternatives say; null when one of them is not understood, for then the rest is not all.</summary>
    internal static List<T>? All<T>(IEnumerable<string> values, Func<string, IReadOnlyList<T>?> read)
    {
        var found = new List<T>();
        foreach (var value in values)
        {
            if (read(value) is not { } some)
            {
                return null;
            }

            found.AddRange(some);
        }

        return found;
    }

    // On to the next word that begins something of its own; the expression left out began at an index.
    private void Skip(int began)
    {
        var nested = Nested.Contains(tokens[began]) || tokens[began].StartsWith('@');
        while (at < tokens.Count && (tokens.IsQuoted(at) || !(Statements.Contains(Word) || (!nested && Matches.Contains(Word) && !IsOperand()))))
        {
            if (Word == "used")
            {
                // "quota over 25 mbytes used 300 bytes" grows by itself.
                uncounted.Add((at, Math.Min(at + 3, tokens.Count)));
            }

            at = Word == "{" ? tokens.Behind(at) : at + 1;
        }
    }

    // "meta mark set ct mark", "ip daddr & 255.0.0.0 == ip saddr"
    private bool IsOperand() => tokens[at - 1] is "set" or "==" or "!=" or "&" or "|" or "^" or "." or "and" or "or" or "xor" or "<" or ">" or "offset" or "mod";
}
