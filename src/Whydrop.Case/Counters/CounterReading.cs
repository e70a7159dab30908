using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Counters;

/// <summary>One printing of one group of counters at one place.</summary>
/// <param name="Source">The file it stands in.</param>
/// <param name="Ordinal">Which printing of this group in that file, from 0: later lines are later in time.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Shape">The tool that wrote the file and how the counters are laid out. Only readings of one shape are compared: two tools run at the same moment are no before and after.</param>
/// <param name="ControlGroup">The control group that counted; null for all other counters.</param>
/// <param name="OmitsZeros">A counter that is not printed is 0.</param>
internal sealed record CounterReading(
    VantagePoint At, string Group, string Source, int Ordinal, Provenance Start, string Shape, string? ControlGroup, bool OmitsZeros,
    IReadOnlyDictionary<string, Counter> Values)
{
    /// <summary>Finds the readings in the facts of one file.</summary>
    public static IEnumerable<CounterReading> In(IReadOnlyList<Fact> factsOfSource, string? tool)
    {
        var open = new Dictionary<(VantagePoint At, string Group, string? ControlGroup), Printing>();
        var printings = new List<Printing>();
        foreach (var fact in factsOfSource)
        {
            switch (fact)
            {
                case CounterSection section:
                    // A reader may tell the section before its counters or, when it knows it to be whole, after them: the heading's line decides.
                    if (!open.TryGetValue((section.At, section.Group, null), out var begun) || begun.Told || (begun.Values.Count > 0 && section.From.Line > begun.Start.Line))
                    {
                        begun = new Printing(section.At, section.Group, null, section.From);
                        open[(section.At, section.Group, null)] = begun;
                        printings.Add(begun);
                    }

                    begun.Told = true;
                    begun.Start = section.From;
                    begun.OmitsZeros = section.OmitsZeros;
                    break;
                case Counter counter:
                    var key = (counter.At, Group: GroupOf(counter.Name), counter.ControlGroup);
                    if (!open.TryGetValue(key, out var printing) || printing.Values.ContainsKey(counter.Name))
                    {
                        printing = new Printing(counter.At, key.Group, counter.ControlGroup, counter.From);
                        open[key] = printing;
                        printings.Add(printing);
                    }

                    printing.Values[counter.Name] = counter;
                    break;
            }
        }

        return Numbered(printings.Where(p => p.Values.Count > 0), tool);
    }

    /// <summary>What is before the first dot; of a control group's counter what is before the last: each of its files is a group.</summary>
    public static string GroupOf(string counterName)
    {
        var dot = counterName.StartsWith("Cgroup.", StringComparison.Ordinal) ? counterName.LastIndexOf('.') : counterName.IndexOf('.');
        return dot > 0 ? counterName[..dot] : counterName;
    }

    private static IEnumerable<CounterReading> Numbered(IEnumerable<Printing> printings, string? tool)
    {
        var seen = new Dictionary<(VantagePoint, string, string, string?), int>();
        foreach (var p in printings)
        {
            var key = (p.At, p.Group, p.Shape, p.ControlGroup);
            var ordinal = seen.GetValueOrDefault(key);
            seen[key] = ordinal + 1;
            yield return new CounterReading(p.At, p.Group, p.Start.Source, ordinal, p.Start, $"{tool}, {p.Shape}", p.ControlGroup, p.OmitsZeros, p.Values);
        }
    }

    private sealed class Printing(VantagePoint at, string group, string? controlGroup, Provenance start)
    {
        public VantagePoint At { get; } = at;

        public string Group { get; } = group;

        public string? ControlGroup { get; } = controlGroup;

        public Provenance Start { get; set; } = start;

        /// <summary>Its section was told.</summary>
        public bool Told { get; set; }

        public bool OmitsZeros { get; set; }

        public Dictionary<string, Counter> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>/proc prints a group in one line, "ip -s link" in two, nstat one counter a line, netstat sentences below a heading line of their own.</summary>
        public string Shape
        {
            get
            {
                // A rule more or less changes no shape: rules are compared by their own names.
                if (CounterPairing.IsRules(Group))
                {
                    return "rules";
                }

                var lines = Values.Values.Select(c => c.From.Line).ToHashSet();
                return lines.Count switch { 0 or 1 => "one line", 2 => "two lines", _ => lines.Contains(Start.Line) ? "lines" : "heading and lines" };
            }
        }
    }
}
