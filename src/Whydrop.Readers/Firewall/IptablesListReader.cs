using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>"iptables -L -n [-v] [-x] [--line-numbers]" and the same of ip6tables. The table is not printed: the command or the chains tell it.</summary>
public sealed partial class IptablesListReader : Reader
{
    /// <inheritdoc />
    public override string Id => "iptables-list";

    /// <inheritdoc />
    public override string Reads => "iptables [-t TABLE] -L -n [-v] [-x] [--line-numbers], ip6tables: chains, rules, counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Chain().IsMatch(l)) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith("Chain ", StringComparison.Ordinal) && Chain().IsMatch(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var family = IptablesTables.Family(file.Command);
        var asked = IptablesTables.Asked(file.Command);
        var chains = new List<PrintedChain>();
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || line.Text[0] == '#')
            {
                continue;
            }

            if (Chain().Match(line.Text) is { Success: true } heading)
            {
                var name = heading.Groups["chain"].Value;
                if (chains.Count > 0 && IptablesTables.BeginsTable(chains[^1].Name, name))
                {
                    Write(chains, family, asked, findings);
                    chains = [];
                }

                chains.Add(new PrintedChain(line.Number, name, heading));
            }
            else if (chains.Count == 0)
            {
                findings.NotUnderstood(line.Number, line.Text, "iptables -L");
            }
            else if (Columns(line.Text) is { } columns)
            {
                chains[^1].Columns = columns;
            }
            else if (IptablesListedRule.Of(line.Text, chains[^1].Columns) is { } rule)
            {
                chains[^1].Rules.Add((line.Number, rule));
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "iptables -L");
            }
        }

        Write(chains, family, asked, findings);
    }

    private static void Write(List<PrintedChain> chains, string? family, string? asked, Findings findings)
    {
        if (chains.Count == 0)
        {
            return;
        }

        var names = chains.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var rules = chains.SelectMany(c => c.Rules).ToList();
        var translates = rules.Exists(r => !names.Contains(r.Rule.Target) && IptablesTargets.Action(r.Rule.Target) is "dnat" or "snat" or "masquerade" or "redirect");
        var book = new RuleBook(findings, family ?? (rules.Exists(r => r.Rule.IsIPv6) ? "ip6" : "ip"), asked ?? IptablesTables.Guess(names, translates), chains[0].Line);
        int? rounded = null;
        foreach (var chain in chains)
        {
            var printed = chain.Heading.Groups["packets"];
            var packets = Words.Number(printed.Value);
            rounded ??= printed.Success && packets is null ? chain.Line : null;
            var policy = chain.Heading.Groups["policy"];
            book.Chain(chain.Line, chain.Name, IptablesTables.Hook(chain.Name), policy.Success ? policy.Value.ToLowerInvariant() : null, null, packets);
            foreach (var (line, rule) in chain.Rules)
            {
                book.Rule(line, chain.Name, rule.Text, rule.Draft(names, book.Family));
                rounded ??= rule.IsRounded ? line : null;
            }
        }

        if (rounded is { } first)
        {
            findings.Gap(first, GapKind.Unsupported, "iptables rounded counters to thousands: they are not read, print them with -x");
        }
    }

    // " pkts bytes target     prot opt in     out     source               destination         "
    private static IptablesColumns? Columns(string line)
    {
        var words = new Words(line);
        return words.Has("target") && words.Has("prot") && words.Has("source") && words.Has("destination") ? new IptablesColumns(words[0] == "num", words.Has("pkts")) : null;
    }

    [GeneratedRegex(@"^Chain (?<chain>\S+) \((policy (?<policy>[A-Z]+)( (?<packets>\d+[KMGT]?) packets, \d+[KMGT]? bytes)?|\d+ references)\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Chain();

    private sealed class PrintedChain(int line, string name, Match heading)
    {
        public int Line => line;

        public string Name => name;

        public Match Heading => heading;

        public IptablesColumns Columns { get; set; }

        public List<(int Line, IptablesListedRule Rule)> Rules { get; } = [];
    }
}
