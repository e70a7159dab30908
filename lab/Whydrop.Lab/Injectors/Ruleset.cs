using System.Text.RegularExpressions;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Injectors;

/// <summary>Firewall rules in nft's own language that break something, with the number of packets that a named counter in them saw.</summary>
/// <param name="where">Host.</param>
/// <param name="what">What it breaks, in one sentence.</param>
/// <param name="text">Tables as <c>nft -f</c> takes them. A rule counts with <c>counter name NAME</c> after <c>counter NAME {}</c> in its table.</param>
public sealed partial class Ruleset(NetworkNamespace where, string what, string text) : IInjector
{
    public string What => $"{where.Label}: {what}";

    public void Inject() => where.Feed(text, "nft", "-f", "-");

    /// <summary>Takes its tables away again.</summary>
    public void Remove()
    {
        foreach (Match table in Tables().Matches(text))
            where.Exec("nft", "delete", "table", table.Groups["family"].Value, table.Groups["name"].Value);
    }

    /// <summary>Packets that the named counter saw, or those of all named counters of that name.</summary>
    public long Packets(string counter) =>
        Counters().Matches(where.Exec("nft", "list", "counters")).Where(m => m.Groups["name"].Value == counter).Sum(m => long.Parse(m.Groups["packets"].Value));

    [GeneratedRegex(@"^\s*table\s+(?<family>\S+)\s+(?<name>\S+)\s*\{", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Tables();

    [GeneratedRegex(@"counter\s+(?<name>\S+)\s*\{\s*packets\s+(?<packets>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counters();
}
