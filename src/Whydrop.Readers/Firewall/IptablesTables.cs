namespace Whydrop.Readers.Firewall;

/// <summary>The chains that every table of iptables has, and which table an output without a table's name shows.</summary>
internal static class IptablesTables
{
    // In the order iptables prints them.
    private static readonly Dictionary<string, (string Hook, int Order)> Hooks = new(StringComparer.Ordinal)
    {
        ["PREROUTING"] = ("prerouting", 0), ["INPUT"] = ("input", 1), ["FORWARD"] = ("forward", 2), ["OUTPUT"] = ("output", 3), ["POSTROUTING"] = ("postrouting", 4),
    };

    public static string? Hook(string chain) => Hooks.TryGetValue(chain, out var hook) ? hook.Hook : null;

    /// <summary>Whether a chain that follows another begins a new table: built-in chains come first and in one order.</summary>
    public static bool BeginsTable(string? last, string chain) =>
        Hooks.TryGetValue(chain, out var next) && last is not null && (!Hooks.TryGetValue(last, out var before) || before.Order >= next.Order);

    /// <summary>The table by its built-in chains; "filter" when they do not tell, for that is what iptables shows unasked.</summary>
    /// <param name="chains">Names of the chains printed.</param>
    /// <param name="translates">A rule translates addresses, which only "nat" may.</param>
    public static string Guess(IReadOnlyCollection<string> chains, bool translates) => (
        chains.Contains("PREROUTING"), chains.Contains("INPUT"), chains.Contains("FORWARD"), chains.Contains("OUTPUT"), chains.Contains("POSTROUTING")) switch
    {
        _ when translates => "nat",
        (true, true, true, true, true) => "mangle",
        (true, _, false, true, true) => "nat",
        (true, false, false, true, false) => "raw",
        _ => "filter",
    };

    /// <summary>The table that a command names: "-t nat", "--table=nat", "-tnat".</summary>
    public static string? Asked(string? command)
    {
        var words = command?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i] is "-t" or "--table" && i + 1 < words.Length)
            {
                return words[i + 1];
            }

            foreach (var option in (string[])["--table=", "-t"])
            {
                if (words[i].StartsWith(option, StringComparison.Ordinal) && words[i].Length > option.Length)
                {
                    return words[i][option.Length..];
                }
            }
        }

        return null;
    }

    /// <summary>"ip6" for ip6tables, "ip" for iptables, null when the command is another or unknown.</summary>
    public static string? Family(string? command) => command switch
    {
        null => null,
        _ when command.StartsWith("ip6tables", StringComparison.Ordinal) => "ip6",
        _ when command.StartsWith("iptables", StringComparison.Ordinal) => "ip",
        _ => null,
    };
}
