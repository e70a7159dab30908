using Whydrop.Case.Naming;

namespace Whydrop.Case.Counters;

/// <summary>Decides which of two files of one place was written earlier, by all counters they share.</summary>
internal sealed class ReadingOrder(IReadOnlyList<CounterReading> readings)
{
    private readonly Dictionary<(string, int, string, int), int> known = [];

    /// <summary>Earliest first. Stable, so that an undecided pair keeps the order of names.</summary>
    public List<CounterReading> Sort(IEnumerable<CounterReading> group)
    {
        var sorted = new List<CounterReading>();
        foreach (var reading in group.OrderBy(r => r.Source, Comparer<string>.Create(MomentName.CompareLoosely)).ThenBy(r => r.Ordinal))
        {
            var at = sorted.Count;
            while (at > 0 && Compare(reading, sorted[at - 1]) < 0)
            {
                at--;
            }

            sorted.Insert(at, reading);
        }

        return sorted;
    }

    private int Compare(CounterReading a, CounterReading b)
    {
        if (a.Source == b.Source)
        {
            return a.Ordinal.CompareTo(b.Ordinal);
        }

        var key = (a.Source, a.Ordinal, b.Source, b.Ordinal);
        if (!known.TryGetValue(key, out var order))
        {
            order = Decide(a, b);
            known[key] = order;
            known[(b.Source, b.Ordinal, a.Source, a.Ordinal)] = -order;
        }

        return order;
    }

    private int Decide(CounterReading a, CounterReading b)
    {
        long grew = 0, shrank = 0;
        foreach (var (x, y) in SharedGroups(a, b))
        {
            foreach (var name in CounterPairing.NamesOfBoth(x, y))
            {
                var step = CounterPairing.Value(y, name).CompareTo(CounterPairing.Value(x, name));
                grew += step > 0 ? 1 : 0;
                shrank += step < 0 ? 1 : 0;
            }
        }

        // "before" and "after", or time stamps, in the names are a statement: when every counter contradicts it, the pairing will report a reset rather than turn it round.
        var stated = MomentName.CompareStated(a.Source, b.Source);
        if (stated != 0)
        {
            return stated;
        }

        return grew != shrank ? (grew > shrank ? -1 : 1) : MomentName.CompareLoosely(a.Source, b.Source);
    }

    private IEnumerable<(CounterReading, CounterReading)> SharedGroups(CounterReading a, CounterReading b) =>
        readings.Where(r => r.Source == a.Source && r.Ordinal == a.Ordinal)
            .Join(
                readings.Where(r => r.Source == b.Source && r.Ordinal == b.Ordinal),
                r => (r.At, r.Group, r.Shape, r.ControlGroup), r => (r.At, r.Group, r.Shape, r.ControlGroup), (x, y) => (x, y));
}
