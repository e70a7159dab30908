namespace Whydrop.Readers.Firewall;

/// <summary>A place among the words of a rule, and the sets that the words may name.</summary>
/// <param name="tokens">The words.</param>
/// <param name="sets">Sets and maps of the table, with '@' before their names.</param>
internal sealed class NftCursor(NftTokens tokens, IReadOnlyDictionary<string, NftSet> sets)
{
    /// <summary>Words that begin a statement: reading goes on here behind an expression that is not understood.</summary>
    public static readonly HashSet<string> Statements = new(StringComparer.Ordinal)
    {
        "counter", "accept", "drop", "reject", "return", "continue", "jump", "goto", "queue", "log", "dnat", "snat", "masquerade", "redirect", "notrack", "comment", "limit", "quota", "vmap", "xt",
        "tproxy", "synproxy", "dup", "fwd", "flow", "last",
    };

    private static readonly HashSet<string> Matches = new(StringComparer.Ordinal) { "ip", "ip6", "tcp", "udp", "sctp", "dccp", "th", "ct", "meta", "iifname", "oifname", "iif", "oif", "icmp", "icmpv6" };

    // Their operands are words that otherwise begin a match.
    private static readonly HashSet<string> Nested = new(StringComparer.Ordinal) { "fib", "jhash", "symhash", "numgen", "add", "update", "delete", "meter", "rt", "socket", "osf", "ipsec", "arp" };

    public NftTokens Tokens => tokens;

    /// <summary>Index of the word that is read next.</summary>
    public int At { get; set; }

    /// <summary>That word; nothing for a quoted one, which is never one of the language.</summary>
    public string Word => Tokens.IsQuoted(At) ? "" : Tokens[At];

    /// <summary>Words that change from one reading to the next though the rule does not: (first, behind the last).</summary>
    public List<(int From, int To)> Changing { get; } = [];

    /// <summary>A set or map: in braces, or by its name.</summary>
    public NftSet Set()
    {
        if (Tokens.Is(At, "{"))
        {
            var set = NftSet.Read(Tokens, At, changes: false);
            At = Tokens.Behind(At);
            return set;
        }

        var name = Tokens[At];
        At++;
        return sets.TryGetValue(name, out var named) ? named : NftSet.Unknown;
    }

    /// <summary>On to the next word that begins something of its own; the expression left out began at an index.</summary>
    public void Skip(int began)
    {
        var nested = Nested.Contains(Tokens[began]) || Tokens[began].StartsWith('@');
        while (At < Tokens.Count && (Tokens.IsQuoted(At) || !(Statements.Contains(Word) || (!nested && Matches.Contains(Word) && !IsOperand()))))
        {
            if (Word == "used")
            {
                // "quota over 25 mbytes used 300 bytes" grows by itself.
                Changing.Add((At, Math.Min(At + 3, Tokens.Count)));
            }

            At = Word == "{" ? Tokens.Behind(At) : At + 1;
        }
    }

    // "meta mark set ct mark", "ip daddr & 255.0.0.0 == ip saddr"
    private bool IsOperand() => Tokens[At - 1] is "set" or "==" or "!=" or "&" or "|" or "^" or "." or "and" or "or" or "xor" or "<" or ">" or "offset" or "mod";
}
