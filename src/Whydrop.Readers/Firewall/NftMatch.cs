namespace Whydrop.Readers.Firewall;

/// <summary>Reads what one match demands of a packet.</summary>
internal sealed class NftMatch(NftCursor cursor, RuleDraft draft, string family)
{
    /// <summary>The field a match looks at; null for one that these rules do not name.</summary>
    public string? Key()
    {
        var first = cursor.Word;
        switch (first)
        {
            case "iifname" or "iif" or "oifname" or "oif":
                cursor.At++;
                return first;
            case "meta" when cursor.Tokens[cursor.At + 1] is "iifname" or "iif" or "oifname" or "oif":
                cursor.At += 2;
                return cursor.Tokens[cursor.At - 1];
            case "ip" or "ip6" or "tcp" or "udp" or "sctp" or "dccp" or "th" or "ct" or "meta" or "icmp" or "icmpv6" when !cursor.Tokens.IsQuoted(cursor.At + 1) && cursor.Tokens[cursor.At + 1].Length > 1:
                cursor.At += 2;
                return $"{first} {cursor.Tokens[cursor.At - 1]}";
            default:
                return null;
        }
    }

    /// <summary>Whether the draft now holds all that the match demands. A negation it does not hold.</summary>
    public bool Demands(string key)
    {
        var implied = ImpliedProtocol(key);
        if (implied is not null)
        {
            draft.Demand(implied);
        }

        cursor.At += cursor.Word == "==" ? 1 : 0;
        if (cursor.Word is "!=" or "<" or ">" or "<=" or ">=" or "&" or "|" or "^" or "and" or "or" or "~" || key is "th flags" or "tcp flags" or "tcp option")
        {
            return false;
        }

        if (!IsHeld(key))
        {
            return false;
        }

        var values = Values();
        if (values is null || cursor.Tokens[cursor.At] is "&" or "/" or "|" && !cursor.Tokens.IsQuoted(cursor.At))
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
        if (cursor.Tokens.Is(cursor.At, "{") || (cursor.Word.StartsWith('@') && !cursor.Word.Contains(',')))
        {
            var set = cursor.Set();
            return set.Changes || set.Elements.Any(e => e.Key.Length != 1) ? null : [.. set.Elements.Select(e => e.Key[0])];
        }

        var values = new List<string> { cursor.Tokens[cursor.At] };
        cursor.At++;
        while (cursor.Tokens.Is(cursor.At, ","))
        {
            values.Add(cursor.Tokens[cursor.At + 1]);
            cursor.At += 2;
        }

        return values;
    }

    private void Keep(string key, List<string> values)
    {
        switch (key)
        {
            case "iifname" or "iif":
                draft.DemandDevice(incoming: true, values.Count == 1 ? values[0] : "");
                break;
            case "oifname" or "oif":
                draft.DemandDevice(incoming: false, values.Count == 1 ? values[0] : "");
                break;
            case "meta l4proto" or "ip protocol" or "ip6 nexthdr" when values.Count == 1:
                draft.Demand(RuleValues.Protocol(values[0]));

                // In a table of both families it demands one of them as well, which no property holds.
                draft.MatchesMore |= key[0] == 'i' && family is not ("ip" or "ip6");
                break;
            case "ct state":
                draft.Demand(draft.ConntrackStates, values.ConvertAll(RuleValues.State));
                break;
            case var _ when key.EndsWith(" saddr", StringComparison.Ordinal):
                draft.Demand(draft.Sources, RuleValues.All(values, RuleValues.Networks));
                break;
            case var _ when key.EndsWith(" daddr", StringComparison.Ordinal):
                draft.Demand(draft.Destinations, RuleValues.All(values, RuleValues.Networks));
                break;
            case var _ when key.EndsWith(" sport", StringComparison.Ordinal):
                draft.Demand(draft.SourcePorts, RuleValues.All(values, RuleValues.PortRanges));
                break;
            case var _ when key.EndsWith(" dport", StringComparison.Ordinal):
                draft.Demand(draft.DestinationPorts, RuleValues.All(values, RuleValues.PortRanges));
                break;
            default:
                draft.MatchesMore = true;
                break;
        }
    }
}
