using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Firewall;

/// <summary>Numbers the rules of one table, names their counters and writes the facts.</summary>
/// <param name="family">Family of the table.</param>
/// <param name="table">Its name.</param>
/// <param name="firstLine">Where the table begins.</param>
internal sealed class RuleBook(Findings findings, string family, string table, int firstLine)
{
    private readonly Dictionary<string, int> positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> equals = new(StringComparer.Ordinal);
    private bool announced;

    public string Family => family;

    public string Table => table;

    /// <summary>Group of the counters of a table: they begin at 0 together when it is loaded anew.</summary>
    private string Group => $"Rule {family}/{table.Replace('.', '_')}";

    /// <summary>Name of a counter that stands beside the rules.</summary>
    public string NameOf(string counter) => $"{Group}.counter {counter}";

    public void Named(int line, string counter, long packets) => Count(line, NameOf(counter), packets);

    /// <param name="packets">Packets that fell to the policy, when the tool prints them.</param>
    public void Chain(int line, string chain, string? hook, string? policy, int? priority, long? packets = null)
    {
        var counter = packets is null ? null : $"{Group}.{chain} policy";
        if (packets is { } value)
        {
            Count(line, counter!, value);
        }

        findings.Add(new FirewallChain(findings.At, findings.From(line), family, table, chain, hook, policy, priority) { Counter = counter, Packets = packets });
    }

    /// <param name="text">The rule as printed, without its counter; blanks are folded.</param>
    /// <param name="namedPackets">What the named counter says, when the rule counts on one.</param>
    /// <param name="sharesPlace">It is one more reading of the rule written last: an element of its map.</param>
    public void Rule(int line, string chain, string text, RuleDraft rule, long? namedPackets = null, bool sharesPlace = false)
    {
        var position = positions.GetValueOrDefault(chain) + (sharesPlace ? 0 : 1);
        positions[chain] = position;
        string? counter = null;
        if (rule.NamedCounter is { } named)
        {
            counter = NameOf(named);
        }
        else if (rule.Packets is { } packets)
        {
            counter = $"{Group}.{chain} {text}";
            var same = equals.GetValueOrDefault(counter) + 1;
            equals[counter] = same;
            counter = same == 1 ? counter : $"{counter} #{same}";
            Count(line, counter, packets);
        }

        findings.Add(new FirewallRule(findings.At, findings.From(line), family, table, chain, position, text, rule.Action, counter, rule.NamedCounter is null ? rule.Packets : namedPackets)
        {
            Target = rule.Target,
            Sources = rule.Sources,
            Destinations = rule.Destinations,
            Protocol = rule.Protocol,
            SourcePorts = rule.SourcePorts,
            DestinationPorts = rule.DestinationPorts,
            InputDevice = rule.InputDevice,
            OutputDevice = rule.OutputDevice,
            ConntrackStates = rule.ConntrackStates,
            Translations = rule.Translations,
            TranslatedPorts = rule.TranslatedPorts,
            RejectWith = rule.RejectWith,
            MatchesMore = rule.MatchesMore,
        });
    }

    private void Count(int line, string name, long value)
    {
        if (!announced)
        {
            announced = true;
            findings.Section(firstLine, null, Group, omitsZeros: false);
        }

        findings.Counter(line, null, name, value);
    }
}
