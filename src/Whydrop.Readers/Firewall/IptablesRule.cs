using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>Reads the options of one rule as iptables-save and iptables -S print them (iptables(8), iptables-extensions(8)).</summary>
internal sealed class IptablesRule
{
    // Matches that are said in full by options read here.
    private static readonly HashSet<string> PlainMatches = new(StringComparer.Ordinal) { "comment", "conntrack", "state", "tcp", "udp", "sctp", "dccp", "multiport", "icmp", "icmp6", "icmpv6", "iprange" };

    private readonly List<string> words;
    private readonly IReadOnlySet<string> chains;
    private int at;

    private IptablesRule(List<string> words, IReadOnlySet<string> chains)
    {
        this.words = words;
        this.chains = chains;
    }

    private RuleDraft Draft { get; } = new();

    /// <param name="words">The words behind the chain's name, quotes removed.</param>
    /// <param name="chains">Names of the chains declared: a target of that name is a jump.</param>
    public static RuleDraft Read(List<string> words, IReadOnlySet<string> chains)
    {
        var rule = new IptablesRule(words, chains);
        while (rule.at < words.Count)
        {
            var before = rule.at;
            rule.Next();
            rule.at = Math.Max(rule.at, before + 1);
        }

        return rule.Draft;
    }

    /// <summary>Words parted by blanks; a quoted one may hold blanks, and a backslash keeps the character behind it.</summary>
    public static List<string> Split(string line)
    {
        var found = new List<string>();
        var word = new System.Text.StringBuilder();
        var open = false;
        var begun = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                begun = true;
            }
            else if (c == '"')
            {
                open = !open;
                begun = true;
            }
            else if (char.IsWhiteSpace(c) && !open)
            {
                if (begun)
                {
                    found.Add(word.ToString());
                    word.Clear();
                    begun = false;
                }
            }
            else
            {
                word.Append(c);
                begun = true;
            }
        }

        if (begun)
        {
            found.Add(word.ToString());
        }

        return found;
    }

    private string Value => at + 1 < words.Count ? words[at + 1] : "";

    private void Next()
    {
        var option = words[at];
        if (option == "!")
        {
            // A negation is not held; what it negates is passed over.
            Draft.MatchesMore = true;
            at++;
            if (at < words.Count && words[at] is "-p" or "--protocol" or "-s" or "-d" or "-i" or "-o")
            {
                at += 2;
            }
            else
            {
                PassOver();
            }

            return;
        }

        if (Value == "!" && option.StartsWith('-'))
        {
            // Before 1.4.3 the mark stood behind the option: "-s ! 10.0.0.0/8".
            Draft.MatchesMore = true;
            at += 3;
            return;
        }

        if (option is "-j" or "--jump" or "-g" or "--goto")
        {
            Target(option is "-g" or "--goto");
        }
        else if (Demanded(option))
        {
            at += 2;
        }
        else
        {
            Draft.MatchesMore |= option is not ("-c" or "--set-counters");
            PassOver();
        }
    }

    private bool Demanded(string option)
    {
        switch (option)
        {
            case "-p" or "--protocol":
                if (Value is not ("all" or "0"))
                {
                    Draft.Demand(RuleValues.Protocol(Value));
                }

                return true;
            case "-s" or "--source" or "--src" or "--src-range":
                Draft.Demand(Draft.Sources, RuleValues.All(Value.Split(','), RuleValues.Networks));
                return true;
            case "-d" or "--destination" or "--dst" or "--dst-range":
                Draft.Demand(Draft.Destinations, RuleValues.All(Value.Split(','), RuleValues.Networks));
                return true;
            case "-i" or "--in-interface":
                Draft.DemandDevice(incoming: true, Value);
                return true;
            case "-o" or "--out-interface":
                Draft.DemandDevice(incoming: false, Value);
                return true;
            case "--sport" or "--sports" or "--source-port" or "--source-ports":
                Draft.Demand(Draft.SourcePorts, RuleValues.All(Value.Split(','), RuleValues.PortRanges));
                return true;
            case "--dport" or "--dports" or "--destination-port" or "--destination-ports":
                Draft.Demand(Draft.DestinationPorts, RuleValues.All(Value.Split(','), RuleValues.PortRanges));
                return true;
            case "--ctstate" or "--state":
                Draft.Demand(Draft.ConntrackStates, [.. Value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => s.ToLowerInvariant())]);

                // Translated packets are no state of a connection that others know.
                Draft.MatchesMore |= Value.Contains("NAT", StringComparison.Ordinal);
                return true;
            case "--comment":
                return true;
            case "-m" or "--match":
                Draft.MatchesMore |= !PlainMatches.Contains(Value);
                return true;
            default:
                return false;
        }
    }

    // "-j DNAT --to-destination 10.244.1.2:8080", "-j KUBE-SVC-X": nothing but the target's own options follows.
    private void Target(bool isGoto)
    {
        var target = Value;
        at += 2;
        if (isGoto || chains.Contains(target) || !IptablesTargets.IsKnown(target))
        {
            Draft.Does(isGoto ? "goto" : "jump");
            Draft.Target = target;
            return;
        }

        var action = IptablesTargets.Action(target);
        Draft.Does(action);
        if (action == "reject")
        {
            Draft.RejectWith = "port-unreachable";
        }

        for (; at < words.Count; at++)
        {
            switch (words[at])
            {
                case "--to-destination" or "--to-source" when RuleValues.Translation(Value) is { } to:
                    Draft.Translations.AddRange(to.Ends);
                    Draft.TranslatedPorts = to.Ports is { } ports && ports.First == ports.Last && to.Ends.Count > 0 ? null : to.Ports;
                    break;
                case "--to-ports":
                    Draft.TranslatedPorts = RuleValues.Ports(Value);
                    break;
                case "--reject-with":
                    Draft.RejectWith = IptablesTargets.RejectWith(Value);
                    break;
            }
        }
    }

    private void PassOver()
    {
        at++;
        while (at < words.Count && words[at] != "!" && !(words[at].StartsWith('-') && words[at].Length > 1))
        {
            at++;
        }
    }
}
