using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Queueing;

/// <summary>
/// "tc -s filter show": what filters with "action drop" and policers dropped, summed for each device and side as "Filter.Ingress.ActionDropped",
/// "Filter.Ingress.PoliceDropped" (Egress; neither when the output does not say). A policer is also told as a queueing discipline of kind "police",
/// for it has a rate and a burst.
/// </summary>
public sealed class TcFilterReader : Reader
{
    private const string Group = "Filter";

    /// <inheritdoc />
    public override string Id => "tc-filter";

    /// <inheritdoc />
    public override string Reads => "tc -s filter show: packets dropped by filters and policers";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsFilter) ? 94 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsFilter(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var command = new Words(file.Command ?? "");
        var sums = new Dictionary<(string Device, string Name), (int Line, long Value)>();
        (string? Device, string? Side, string Preference, bool Police, bool Drop) at = default;
        var open = false;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            var words = new Words(line.Text);
            if (IsFilter(line.Text))
            {
                at = (words.After("dev") ?? command.After("dev"), SideOf(words) ?? SideOf(command), words.After("pref") ?? "", false, false);
                open = true;
            }
            else if (!open || !char.IsWhiteSpace(line.Text[0]))
            {
                findings.NotUnderstood(line.Number, line.Text, "tc -s filter");
                continue;
            }

            // A program decides by itself and counts nothing: that it is there is all the text tells.
            if (words.Has("bpf") && words.Has("direct-action"))
            {
                findings.Add(new DeviceSetting(findings.On(at.Device), findings.From(line.Number), "filter", $"{at.Side?.ToLowerInvariant() ?? "filter"} bpf", words.After("handle") ?? ""));
            }

            at = Act(at, words, line, findings);
            if (TcFigures.Words(line.Text) is { } figures && (at.Police || at.Drop) && Words.Number(figures.After("dropped")) is { } dropped)
            {
                var key = (at.Device ?? "", $"{Group}.{(at.Side is { } side ? side + "." : "")}{(at.Police ? "PoliceDropped" : "ActionDropped")}");
                var sum = sums.GetValueOrDefault(key, (Line: line.Number, Value: 0L));
                sums[key] = (sum.Line, sum.Value > long.MaxValue - dropped ? long.MaxValue : sum.Value + dropped);
                (at.Police, at.Drop) = (false, false);
            }
        }

        foreach (var device in sums.GroupBy(s => s.Key.Device))
        {
            var name = device.Key.Length > 0 ? device.Key : null;
            findings.Section(device.First().Value.Line, name, Group, omitsZeros: false);
            foreach (var (key, sum) in device)
            {
                findings.Counter(sum.Line, name, key.Name, sum.Value);
            }
        }
    }

    // "action order 1: gact action drop", " police 0x1 rate 1Mbit burst 10Kb mtu 2Kb action drop overhead 0b", also "action order 1:  police 0x1 …"
    private static (string? Device, string? Side, string Preference, bool Police, bool Drop) Act(
        (string? Device, string? Side, string Preference, bool Police, bool Drop) at, Words words, TextLine line, Findings findings)
    {
        var police = words.IndexOf("police");
        if (police >= 0 && words.Has("rate"))
        {
            findings.Add(new QueueDiscipline(
                findings.On(at.Device), findings.From(line.Number), "police", $"pref {at.Preference}", at.Side?.ToLowerInvariant() ?? "filter", TcUnits.Bits(words.After("rate")), TcUnits.Bytes(words.After("burst")), null, null, null));
            return at with { Police = true, Drop = false };
        }

        return words.Has("gact") ? at with { Drop = words.After("action") is "drop" or "shot" || words.IndexOf("drop") > 0, Police = false } : at;
    }

    // net/sched: ffff:fff2 is the ingress side of clsact, ffff:fff3 its egress side; ffff: alone is the ingress discipline.
    private static string? SideOf(Words words) => words.After("parent") switch
    {
        "ffff:" or "ffff:fff1" or "ffff:fff2" => "Ingress",
        "ffff:fff3" => "Egress",
        { Length: > 0 } => "Egress",
        _ => words.Has("ingress") ? "Ingress" : words.Has("egress") ? "Egress" : null,
    };

    // "filter parent ffff: protocol ip pref 49152 u32 chain 0", "filter dev eth0 ingress protocol all pref 1 bpf chain 0"
    private static bool IsFilter(string line)
    {
        if (!line.StartsWith("filter ", StringComparison.Ordinal) || line.Length > 2000)
        {
            return false;
        }

        var words = new Words(line);
        return words.Has("pref") && (words.Has("protocol") || words.Has("chain"));
    }
}
