using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>"ip rule".</summary>
public sealed class IpRuleReader : EntryReader
{
    private static readonly string[] Actions = ["lookup", "table", "goto", "unreachable", "blackhole", "prohibit", "nop", "masquerade", "map-to"];

    /// <inheritdoc />
    public override string Id => "ip-rule";

    /// <inheritdoc />
    public override string Reads => "ip [-4|-6] [-d] rule: routing policy";

    private protected override string Output => "ip rule";

    private protected override void Read(TextLine line, Words words, Findings findings)
    {
        var colon = line.Text.IndexOf(':');
        words = new Words(line.Text[(colon + 1)..]);
        var action = words.Count;
        foreach (var word in Actions)
        {
            action = words.IndexOf(word) is var index and > 0 && index < action ? index : action;
        }

        var table = words[action] is "lookup" or "table" && action + 1 < words.Count ? words[action + 1] : null;
        if (words[action] == "lookup" && table is null)
        {
            findings.Gap(line.Number, GapKind.Truncated, $"no table in {Findings.Quote(line.Text)}");
            return;
        }

        findings.Add(new RoutingRule(findings.At, findings.From(line.Number), int.Parse(line.Text.AsSpan(0, colon)), words.Join(0, action), table));
    }

    // "32766:	from all lookup main", "100:	not from all fwmark 0xca6c lookup 51820"; priorities above 2^31 are not used by any tool.
    private protected override bool IsEntry(string line)
    {
        var colon = line.IndexOf(':');
        if (colon is < 1 or > 10 || !char.IsAsciiDigit(line[0]) || !int.TryParse(line.AsSpan(0, colon), out var priority) || priority < 0)
        {
            return false;
        }

        var rest = line.AsSpan(colon + 1).TrimStart();
        return rest.StartsWith("from ") || rest.StartsWith("not from ");
    }
}
