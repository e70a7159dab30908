using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>"ip rule".</summary>
public sealed class IpRuleReader : Reader
{
    private static readonly string[] Actions = ["lookup", "table", "goto", "unreachable", "blackhole", "prohibit", "nop", "masquerade", "map-to"];

    /// <inheritdoc />
    public override string Id => "ip-rule";

    /// <inheritdoc />
    public override string Reads => "ip [-4|-6] [-d] rule: routing policy";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(IsRule, 90);

    /// <inheritdoc />
    public override bool Opens(string line) => IsRule(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (!IsRule(line.Text))
            {
                findings.NotUnderstood(line.Number, line.Text, "ip rule");
                continue;
            }

            var colon = line.Text.IndexOf(':');
            var words = new Words(line.Text[(colon + 1)..]);
            var action = words.Count;
            foreach (var word in Actions)
            {
                action = words.IndexOf(word) is var index and > 0 && index < action ? index : action;
            }

            var table = words[action] is "lookup" or "table" && action + 1 < words.Count ? words[action + 1] : null;
            if (words[action] == "lookup" && table is null)
            {
                findings.Gap(line.Number, GapKind.Truncated, $"no table in {Findings.Quote(line.Text)}");
                continue;
            }

            findings.Add(new RoutingRule(findings.At, findings.From(line.Number), int.Parse(line.Text.AsSpan(0, colon)), words.Join(0, action), table));
        }
    }

    // "32766:	from all lookup main", "100:	not from all fwmark 0xca6c lookup 51820"; priorities above 2^31 are not used by any tool.
    private static bool IsRule(string line)
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
