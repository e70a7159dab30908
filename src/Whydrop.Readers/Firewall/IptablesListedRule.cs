using System.Text.RegularExpressions;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>One rule as "iptables -L" prints it: columns, then what its matches and its target say of themselves.</summary>
internal sealed partial class IptablesListedRule
{
    private readonly Words words;
    private readonly IptablesColumns columns;
    private readonly int source;

    // Where the target would stand; the same as the protocol's place when there is none.
    private readonly int first;
    private readonly int protocol;

    private IptablesListedRule(Words words, IptablesColumns columns, int first, int protocol, int source)
    {
        this.words = words;
        this.columns = columns;
        this.first = first;
        this.protocol = protocol;
        this.source = source;
    }

    /// <summary>Nothing for a rule without target.</summary>
    public string Target => protocol > first ? words[first] : "";

    /// <summary>The rule without its number and counters.</summary>
    public string Text => words.Join(first, words.Count);

    public bool IsIPv6 => words[source].Contains(':') || words[source + 1].Contains(':');

    /// <summary>Its counter is printed in thousands.</summary>
    public bool IsRounded => columns.Verbose && words[first - 2].Length > 0 && !char.IsAsciiDigit(words[first - 2][^1]);

    /// <summary>Reads a line; null when it is not a rule.</summary>
    public static IptablesListedRule? Of(string line, IptablesColumns columns)
    {
        var printed = new Words(line);
        var begin = (columns.Numbered ? 1 : 0) + (columns.Verbose ? 2 : 0);
        if (begin > 0 && Words.Number(printed[0].TrimEnd('K', 'M', 'G', 'T')) is null)
        {
            return null;
        }

        // The target may be missing, and so may the options of ip6tables: the two addresses stand out.
        for (var from = begin + 1; from < Math.Min(printed.Count - 1, begin + 6); from++)
        {
            if (!IsAddress(printed[from]) || !IsAddress(printed[from + 1]))
            {
                continue;
            }

            var before = from - (columns.Verbose ? 3 : 1);
            var named = before >= begin && printed[before] is "--" or "-f" or "!f" ? before - 1 : before;
            return named == begin || named == begin + 1 ? new IptablesListedRule(printed, columns, begin, named, from) : null;
        }

        return null;
    }

    /// <param name="chains">Names of the chains printed: a target of that name is a jump.</param>
    public RuleDraft Draft(IReadOnlySet<string> chains, string family)
    {
        var draft = new RuleDraft { Packets = columns.Verbose ? Words.Number(words[first - 2]) : null };
        var said = Comment().Replace(words.Join(source + 2, words.Count), " ");
        Columns(draft);
        Act(draft, chains, said.Contains("[goto]", StringComparison.Ordinal), family);
        Said(draft, new Words(said));
        return draft;
    }

    private void Columns(RuleDraft draft)
    {
        var name = words[protocol];
        if (name.StartsWith('!'))
        {
            draft.MatchesMore = true;
        }
        else if (name is not ("all" or "0"))
        {
            draft.Demand(RuleValues.Protocol(name));
        }

        draft.MatchesMore |= words[protocol + 1] is "-f" or "!f";
        if (columns.Verbose)
        {
            Device(draft, incoming: true, words[source - 2]);
            Device(draft, incoming: false, words[source - 1]);
        }

        Networks(draft, draft.Sources, words[source]);
        Networks(draft, draft.Destinations, words[source + 1]);
    }

    private static void Device(RuleDraft draft, bool incoming, string name)
    {
        if (name.StartsWith('!'))
        {
            draft.MatchesMore = true;
        }
        else if (name is not ("*" or "any"))
        {
            draft.DemandDevice(incoming, name);
        }
    }

    private static void Networks(RuleDraft draft, List<System.Net.IPNetwork> kept, string text)
    {
        if (text is not ("0.0.0.0/0" or "::/0" or "anywhere"))
        {
            draft.Demand(kept, text.StartsWith('!') ? null : RuleValues.Networks(text));
        }
    }

    private void Act(RuleDraft draft, IReadOnlySet<string> chains, bool isGoto, string family)
    {
        if (Target.Length == 0)
        {
            return;
        }

        var action = isGoto ? "goto" : chains.Contains(Target) ? "jump" : IptablesTargets.Action(Target);
        draft.Does(action);
        draft.Target = action is "jump" or "goto" ? Target : null;
        draft.RejectWith = action == "reject" ? $"{(family == "ip6" ? "icmpv6" : "icmp")} port-unreachable" : null;
    }

    // "tcp dpts:1000:2000", "multiport dports 80,443", "ctstate NEW", "to:10.0.0.1:80", "reject-with tcp-reset", "MARK or 0x4000"
    private void Said(RuleDraft draft, Words said)
    {
        for (var i = 0; i < said.Count; i++)
        {
            var word = said[i];
            var next = said[i + 1];
            switch (word)
            {
                case "tcp" or "udp" or "sctp" or "dccp" or "[goto]" or "random" or "random-fully" or "persistent":
                    break;
                case "!" when next is "ctstate" or "state":
                    // A negation is not held.
                    draft.MatchesMore = true;
                    i += 2;
                    break;
                case "multiport" when next is "dports" or "sports":
                    draft.Demand(next == "dports" ? draft.DestinationPorts : draft.SourcePorts, RuleValues.All(said[i + 2].Split(','), RuleValues.PortRanges));
                    i += 2;
                    break;
                case "ctstate" or "state":
                    draft.Demand(draft.ConntrackStates, [.. next.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => s.ToLowerInvariant())]);
                    draft.MatchesMore |= next.Contains("NAT", StringComparison.Ordinal);
                    i++;
                    break;
                case "reject-with":
                    draft.RejectWith = IptablesTargets.RejectWith(next);
                    i++;
                    break;
                case "redir" or "masq" when next.StartsWith("ports", StringComparison.Ordinal):
                    draft.TranslatedPorts = RuleValues.Ports(said[i + 2]);
                    i += 2;
                    break;
                case var _ when word == Target || word.StartsWith("nflog-", StringComparison.Ordinal):
                    // The rest is the target's.
                    return;
                default:
                    Joined(draft, word);
                    break;
            }
        }
    }

    // Words that hold their value behind a colon.
    private static void Joined(RuleDraft draft, string word)
    {
        var colon = word.IndexOf(':');
        var value = colon < 0 ? "" : word[(colon + 1)..];
        switch (colon < 0 ? "" : word[..colon])
        {
            case "dpt" or "dpts":
                draft.Demand(draft.DestinationPorts, RuleValues.PortRanges(value));
                break;
            case "spt" or "spts":
                draft.Demand(draft.SourcePorts, RuleValues.PortRanges(value));
                break;
            case "to" when RuleValues.Translation(value) is { } to:
                draft.Translations.AddRange(to.Ends);
                draft.TranslatedPorts = to.Ports is { } ports && ports.First == ports.Last && to.Ends.Count > 0 ? null : to.Ports;
                break;
            default:
                draft.MatchesMore = true;
                break;
        }
    }

    private static bool IsAddress(string word)
    {
        var text = word.StartsWith('!') ? word[1..] : word;
        var slash = text.IndexOf('/');
        return text is "anywhere" || AddressText.Address(slash < 0 ? text : text[..slash]) is not null || IsName(text);
    }

    // Without -n addresses are looked up: a host's name has dots and no other sign.
    private static bool IsName(string text) => text.Contains('.') && text.Length > 3 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/');

    [GeneratedRegex(@"/\* .*? \*/", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();
}
