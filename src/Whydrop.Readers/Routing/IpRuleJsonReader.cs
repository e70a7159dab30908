using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>"ip -j rule".</summary>
public sealed class IpRuleJsonReader : JsonReader
{
    private static readonly HashSet<string> NoSelector = new(StringComparer.Ordinal) { "priority", "table", "protocol", "suppress_prefixlen", "suppress_prefixlength", "suppress_ifgroup", "src", "srclen", "dst", "dstlen", "not", "action", "goto", "l3mdev", "fwmask" };

    /// <inheritdoc />
    public override string Id => "ip-rule-json";

    /// <inheritdoc />
    public override string Reads => "ip -j [-p] rule: routing policy";

    private protected override bool Fits(string start) => start.Contains("\"priority\":", StringComparison.Ordinal) && start.Contains("\"src\":", StringComparison.Ordinal);

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var item in items)
        {
            if (item["priority"].Number is { } priority)
            {
                findings.Add(new RoutingRule(findings.At, findings.From(item.Line), priority, Selector(item), item["table"].Text ?? (item.Has("l3mdev") ? "[l3mdev-table]" : null)));
            }
            else
            {
                findings.Gap(item.Line, GapKind.Malformed, "a rule without priority");
            }
        }
    }

    private static string Selector(JsonItem item)
    {
        var words = new List<string>();
        if (item.Has("not"))
        {
            words.Add("not");
        }

        words.Add($"from {Prefix(item, "src")}");
        if (item.Has("dst"))
        {
            words.Add($"to {Prefix(item, "dst")}");
        }

        words.AddRange(item.Members.Where(m => !NoSelector.Contains(m.Key)).Select(m => m.Value.Text is not { } value ? m.Key
            : m.Key == "fwmark" && item["fwmask"].Text is { } mask ? $"fwmark {value}/{mask}" : $"{m.Key} {value}"));
        return string.Join(' ', words);
    }

    private static string Prefix(JsonItem item, string side) =>
        item[side + "len"].Text is { } length ? $"{item[side].Text}/{length}" : item[side].Text ?? "all";
}
