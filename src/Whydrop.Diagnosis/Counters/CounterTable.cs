using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Counters;

/// <summary>The protocol counters of one network namespace, each with its meaning and a verdict, worst first.</summary>
/// <param name="At">The namespace.</param>
/// <param name="Rows">Bad, then to look at, then fine, then volumes; within these by share.</param>
/// <param name="Twice">There were two readings: growth is judged. Else values since the namespace was made are.</param>
/// <param name="Overrun">Receive queues that overran; null when none did or that was not counted.</param>
public sealed record CounterTable(VantagePoint At, IReadOnlyList<CounterRow> Rows, bool Twice, ReceiveOverrun? Overrun)
{
    private static readonly HashSet<string> Groups = new(StringComparer.Ordinal)
    {
        "Ip", "Icmp", "Tcp", "Udp", "TcpExt", "IpExt", "Ip6", "Icmp6", "Tcp6", "Udp6", "UdpLite", "UdpLite6", "Conntrack",
    };

    // A value since boot below this share of its base is too rare to judge: a second reading tells whether it still happens.
    private const double Rare = 1e-6;

    // One or two events are no rate.
    private const int Few = 3;

    /// <summary>One table for each namespace with protocol counters, that with the worst counters first.</summary>
    public static IReadOnlyList<CounterTable> Of(FactSet facts)
    {
        var readings = facts.Of<Counter>().Where(c => IsProtocol(c.Name)).ToLookup(c => c.At);
        var growth = facts.Of<CounterDelta>().Where(d => IsProtocol(d.Name)).ToLookup(d => d.At);
        return
        [
            .. readings.Select(g => g.Key).Concat(growth.Select(g => g.Key)).Distinct()
                .Select(at => Make(at, readings[at], growth[at]))
                .OrderByDescending(t => t.Overrun is not null).ThenByDescending(t => t.Rows.Count(r => r.Health == CounterHealth.Bad)),
        ];
    }

    private static bool IsProtocol(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && Groups.Contains(name[..dot]);

    private static CounterTable Make(VantagePoint at, IEnumerable<Counter> readings, IEnumerable<CounterDelta> growth)
    {
        var values = readings.GroupBy(c => c.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Value)!, StringComparer.Ordinal);
        var deltas = growth.GroupBy(d => d.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(d => d.Delta)!, StringComparer.Ordinal);
        long? Judged(string name) => deltas.Count > 0 ? deltas.GetValueOrDefault(name)?.Delta : values.GetValueOrDefault(name)?.Value;

        var rows = values.Keys.Union(deltas.Keys).Select(name => Row(name, values.GetValueOrDefault(name), deltas.GetValueOrDefault(name), Judged, deltas.Count > 0)).ToList();
        CounterRow[] sorted = [.. rows.OrderBy(r => r.Health).ThenBy(r => r.Judged > 0 ? ReceiveOverrun.Rank(r.Name) : int.MaxValue).ThenByDescending(r => r.Ratio ?? 0).ThenByDescending(r => r.Judged).ThenBy(r => r.Name, StringComparer.Ordinal)];
        return new CounterTable(at, sorted, deltas.Count > 0, ReceiveOverrun.Of(sorted));
    }

    private static CounterRow Row(string name, Counter? value, CounterDelta? delta, Func<string, long?> judged, bool twice)
    {
        var from = delta?.From ?? value!.From;
        if (CounterMeanings.Find(name) is not { } meaning)
        {
            return new CounterRow(name, value?.Value ?? delta?.After, delta?.Delta, "", null, null, "", CounterHealth.Unknown, "no meaning is on record", from);
        }

        var present = meaning.Of.Where(o => judged(o) is not null).ToArray();
        var total = present.Sum(o => judged(o)!.Value);
        var count = delta?.Delta ?? (twice ? 0 : value!.Value);
        double? ratio = present.Length > 0 && total > 0 ? (double)count / total : null;
        var (health, reason) = Judge(meaning, count, ratio, twice, value is not null && delta is null);
        return new CounterRow(name, value?.Value ?? delta?.After, delta?.Delta, meaning.Meaning, ratio, ratio is null ? null : string.Join(" + ", present), meaning.Healthy, health, reason, from);
    }

    private static (CounterHealth Health, string Reason) Judge(CounterMeaning meaning, long count, double? ratio, bool twice, bool onceOnly)
    {
        if (meaning.IsVolume)
        {
            return (CounterHealth.Volume, "");
        }

        if (twice && onceOnly)
        {
            return (CounterHealth.Unknown, "read once only: its growth is not known");
        }

        if (count == 0)
        {
            return (CounterHealth.Fine, twice ? "did not grow" : "never happened");
        }

        if (meaning.LookFrom > 0)
        {
            return ratio switch
            {
                null => (CounterHealth.Look, $"{meaning.Otherwise}; nothing to compare it with was read"),
                { } r when r < meaning.LookFrom => (CounterHealth.Fine, $"{CounterMeaning.Share(r)}, healthy {meaning.Healthy}"),
                { } r when r >= meaning.BadFrom && count >= Few => (CounterHealth.Bad, meaning.Otherwise),
                _ => (CounterHealth.Look, meaning.Otherwise),
            };
        }

        if (meaning.BadFrom is null)
        {
            return (CounterHealth.Look, meaning.Otherwise);
        }

        return !twice && ratio < Rare
            ? (CounterHealth.Look, $"{meaning.Otherwise}; rare since this namespace was made: read it twice to see whether it still happens")
            : (CounterHealth.Bad, meaning.Otherwise);
    }
}
