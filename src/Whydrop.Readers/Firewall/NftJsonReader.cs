using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>"nft -j list ruleset": read as the words that nft would print.</summary>
public sealed class NftJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "nft-json";

    /// <inheritdoc />
    public override string Reads => "nft -j list ruleset, list table, list chain: chains, rules, counters";

    private protected override bool Fits(string start) => start.StartsWith("{\"nftables\":[", StringComparison.Ordinal);

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var ruleset in items)
        {
            var tables = new Dictionary<(string Family, string Name), Table>();
            foreach (var thing in ruleset["nftables"].Items.Where(t => t.Members.Count == 1))
            {
                var (kind, value) = thing.Members.First();
                var table = kind == "table" ? value["name"].Text : value["table"].Text;
                if (kind == "metainfo")
                {
                    continue;
                }

                if (value["family"].Text is not { } family || table is null)
                {
                    findings.Gap(thing.Line, GapKind.Malformed, $"nft -j: no family and table of {Findings.Quote(kind)}");
                    continue;
                }

                if (!tables.TryGetValue((family, table), out var open))
                {
                    open = new Table(new RuleBook(findings, family, table, thing.Line));
                    tables[(family, table)] = open;
                }

                open.Take(kind, value, thing.Line, findings);
            }
        }
    }

    private sealed class Table(RuleBook book)
    {
        private readonly Dictionary<string, NftSet> sets = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> counters = new(StringComparer.Ordinal);
        private bool dormant;

        public void Take(string kind, JsonItem value, int line, Findings findings)
        {
            var name = value["name"].Text ?? "";
            switch (kind)
            {
                case "table" when Flags(value).Contains("dormant"):
                    dormant = true;
                    findings.Gap(line, GapKind.NotCollected, $"table {book.Family} {book.Table} is dormant: its rules are not in force and not read");
                    break;
                case "set" or "map":
                    // Packets may add to a set with a size; this form does not say whether they do.
                    var changes = value.Has("size") || value.Has("timeout") || Flags(value).Exists(f => f is "timeout" or "dynamic");
                    sets[$"@{name}"] = NftSet.Read(new NftTokens(NftJsonText.Elements(value["elem"])), 0, changes);
                    break;
                case "counter" when Words.Number(value["packets"].Text) is { } packets:
                    counters[name] = packets;
                    book.Named(line, name, packets);
                    break;
                case "chain" when !dormant:
                    book.Chain(line, name, value["hook"].Text, value["policy"].Text, value["prio"].Number);
                    break;
                case "rule" when !dormant:
                    Rule(value, line);
                    break;
            }
        }

        private static List<string> Flags(JsonItem value) => [.. value["flags"].Items.Append(value["flags"]).Select(f => f.Text).OfType<string>()];

        private void Rule(JsonItem value, int line)
        {
            var comment = value["comment"].Text is { } said ? string.Create(CultureInfo.InvariantCulture, $" comment \"{said.Replace('"', '\'')}\"") : "";
            var rule = NftRule.Read(new NftTokens(NftTokens.Fold(NftJsonText.Rule(value["expr"]) + comment)), sets, book.Family);
            var chain = value["chain"].Text ?? "";
            book.Rule(line, chain, rule.Text, rule.Draft, rule.Draft.NamedCounter is { } named && counters.TryGetValue(named, out var packets) ? packets : null);
            foreach (var element in rule.Elements())
            {
                book.Rule(line, chain, rule.Text, element, sharesPlace: true);
            }
        }
    }
}
