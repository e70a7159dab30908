using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Counters;

/// <summary>One printing of one group of counters at one place.</summary>
/// <param name="Source">The file it stands in.</param>
/// <param name="Ordinal">Which printing of this group in that file, from 0: later lines are later in time.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Shape">How the tool lays counters out. Only readings of one shape are compared: two tools run at the same moment are no before and after.</param>
/// <param name="OmitsZeros">A counter that is not printed is 0.</param>
internal sealed record CounterReading(
    VantagePoint At, string Group, string Source, int Ordinal, Provenance Start, string Shape, bool OmitsZeros,
    IReadOnlyDictionary<string, Counter> Values)
{
    /// <summary>Finds the readings in the facts of one file.</summary>
    public static IEnumerable<CounterReading> In(IReadOnlyList<Fact> factsOfSource)
    {
        var open = new Dictionary<(VantagePoint At, string Group), Printing>();
        var printings = new List<Printing>();
        foreach (var fact in factsOfSource)
        {
            switch (fact)
            {
                case CounterSection section:
                    // Some tools print one group under two headings; a heading begins a new printing only when counters came in between.
                    if (!open.TryGetValue((section.At, section.Group), out var begun) || begun.Values.Count > 0)
                    {
                        begun = new Printing(section.At, section.Group, section.From);
                        open[(section.At, section.Group)] = begun;
                        printings.Add(begun);
                    }

                    begun.OmitsZeros |= section.OmitsZeros;
                    break;
                case Counter counter:
                    var key = (counter.At, GroupOf(counter.Name));
                    if (!open.TryGetValue(key, out var printing) || printing.Values.ContainsKey(counter.Name))
                    {
                        printing = new Printing(counter.At, key.Item2, counter.From) { OmitsZeros = printing?.OmitsZeros ?? false };
                        open[key] = printing;
                        printings.Add(printing);
                    }

                    printing.Values[counter.Name] = counter;
                    break;
            }
        }

        return Numbered(printings.Where(p => p.Values.Count > 0 || p.OmitsZeros));
    }

    public static string GroupOf(string counterName) => counterName.IndexOf('.') is var dot and > 0 ? counterName[..dot] : counterName;

    private static IEnumerable<CounterReading> Numbered(IEnumerable<Printing> printings)
    {
        var seen = new Dictionary<(VantagePoint, string, string), int>();
        foreach (var p in printings)
        {
            var key = (p.At, p.Group, p.Shape);
            var ordinal = seen.GetValueOrDefault(key);
            seen[key] = ordinal + 1;
            yield return new CounterReading(p.At, p.Group, p.Start.Source, ordinal, p.Start, p.Shape, p.OmitsZeros, p.Values);
        }
    }

    private sealed class Printing(VantagePoint at, string group, Provenance start)
    {
        public VantagePoint At { get; } = at;

        public string Group { get; } = group;

        public Provenance Start { get; } = start;

        public bool OmitsZeros { get; set; }

        public Dictionary<string, Counter> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>/proc prints a group in one line, "ip -s link" in two, nstat one line per counter; netstat leaves zeros out.</summary>
        public string Shape => OmitsZeros
            ? "sentences"
            : Values.Values.Select(c => c.From.Line).Distinct().Count() switch { 1 => "one line", 2 => "two lines", _ => "lines" };
    }
}
