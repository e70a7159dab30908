using Whydrop.Case.Naming;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Counters;

/// <summary>
/// Turns repeated readings of the same counters in one place into growth. The kernel's counters only grow, so the counters themselves say which reading is
/// earlier; names are asked only when the counters do not tell. A counter that shrinks from the earlier to the later reading means another namespace or a restart.
/// </summary>
internal static class CounterPairing
{
    private const string Artefact = "counter-reset-or-netns-mix";

    /// <summary>Gauges and constants among the kernel's SNMP columns: they may fall, and their difference means nothing.</summary>
    private static readonly HashSet<string> Gauges = new(StringComparer.Ordinal)
    {
        "Tcp.CurrEstab", "Tcp6.CurrEstab", "Tcp.RtoAlgorithm", "Tcp.RtoMin", "Tcp.RtoMax", "Tcp.MaxConn", "Ip.Forwarding", "Ip.DefaultTTL", "MPTcpExt.MPCurrEstab",
    };

    private static readonly string[] DriverGauges = ["_available", "peer_ifindex", "temperature", "temp_", "_level", "_current", "_usage"];

    /// <summary>Groups that are gauges altogether: how much they changed between two readings means nothing.</summary>
    private static readonly HashSet<string> GaugeGroups = new(StringComparer.Ordinal) { "Sockstat" };

    /// <summary>Groups whose counters begin together when a namespace is made: one that shrank makes all others meaningless.</summary>
    private static readonly HashSet<string> OneLife = new(StringComparer.Ordinal)
    {
        "Ip", "Icmp", "IcmpMsg", "Tcp", "Udp", "UdpLite", "TcpExt", "IpExt", "MPTcpExt", "Ip6", "Icmp6", "Tcp6", "Udp6", "UdpLite6",
    };

    /// <summary>Counters of the rules of one firewall table: they begin together when the table is loaded anew.</summary>
    public static bool IsRules(string group) => group.StartsWith("Rule ", StringComparison.Ordinal);

    /// <param name="sources">The facts of each text file, and which tool wrote it.</param>
    /// <param name="sameText">Whether two files have the same bytes: a copy is no second reading.</param>
    public static IEnumerable<Fact> Run(IEnumerable<(string? Tool, IReadOnlyList<Fact> Facts)> sources, Func<string, string, bool> sameText)
    {
        var readings = sources.SelectMany(s => CounterReading.In(s.Facts, s.Tool)).Where(r => !GaugeGroups.Contains(r.Group)).ToList();
        var found = new List<Fact>();
        foreach (var stack in readings.GroupBy(r => r.At.Stack))
        {
            PairStack([.. stack], sameText, found);
        }

        return WithoutRepeats(found);
    }

    private static void PairStack(List<CounterReading> readings, Func<string, string, bool> sameText, List<Fact> found)
    {
        var order = new ReadingOrder(readings);
        var broken = new List<(CounterReading Earlier, CounterReading Later, List<string> Shrunk)>();
        var deltas = new List<(CounterReading Later, List<CounterDelta> Deltas)>();
        foreach (var repeated in readings.GroupBy(r => (r.At, r.Group, r.Shape, r.ControlGroup)).Where(g => g.Count() > 1))
        {
            var sorted = order.Sort(repeated);
            Provenance last = sorted[^1].Start, first = sorted[0].Start;

            // The same bytes under names that state no order are a copy; as "before" and "after" they are two readings of a quiet namespace.
            if (sorted.Exists(r => r.Source != first.Source)
                && sorted.TrueForAll(r => r.Source == first.Source || (MomentName.CompareStated(r.Source, first.Source) == 0 && sameText(r.Source, first.Source))))
            {
                found.Add(new Gap(sorted[0].At, new Provenance(last.Source), GapKind.NotCollected, $"{last.Source} has the same bytes as {first.Source}: one reading, not two") { Minor = true });
                continue;
            }

            if (sorted.Count > 2)
            {
                found.Add(new Gap(sorted[0].At, last, GapKind.Limited, $"{sorted.Count} readings of {sorted[0].Group} counters: the growth from {first} to {last} is judged") { Minor = true });
            }

            var shrunk = Shrunk(sorted);
            if (shrunk.Count > 0)
            {
                broken.Add((sorted[0], sorted[^1], shrunk));
            }

            if (shrunk.Count == 0 || !(OneLife.Contains(sorted[0].Group) || IsRules(sorted[0].Group)))
            {
                deltas.Add((sorted[^1], Growth(sorted[0], sorted[^1], shrunk)));
            }
        }

        var dead = broken.Exists(b => OneLife.Contains(b.Later.Group));
        found.AddRange(deltas.Where(d => !dead || !OneLife.Contains(d.Later.Group)).SelectMany(d => d.Deltas));
        found.AddRange(Told(broken));
    }

    // Every step is checked, not only first against last: a restart in between can be outgrown.
    private static List<string> Shrunk(List<CounterReading> sorted)
    {
        var shrunk = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < sorted.Count; i++)
        {
            shrunk.UnionWith(NamesOfBoth(sorted[i - 1], sorted[i]).Where(n => Value(sorted[i], n) < Value(sorted[i - 1], n)));
        }

        return [.. shrunk];
    }

    private static List<CounterDelta> Growth(CounterReading first, CounterReading last, List<string> shrunk) =>
        [.. NamesOfBoth(first, last).Where(n => !shrunk.Contains(n)).Select(n => new CounterDelta(
            last.At, From(last, n), n, Value(first, n), Value(last, n), Value(last, n) - Value(first, n), From(first, n)) { ControlGroup = last.ControlGroup })];

    private static IEnumerable<Gap> Told(List<(CounterReading Earlier, CounterReading Later, List<string> Shrunk)> broken)
    {
        foreach (var group in broken.GroupBy(b => (b.Later.At, b.Earlier.Source, b.Later.Source, OneLife: OneLife.Contains(b.Later.Group), Rules: IsRules(b.Later.Group))))
        {
            var names = group.SelectMany(b => b.Shrunk).ToList();
            var example = group.First();
            var name = example.Shrunk[0];
            var more = names.Count > 1 ? $" and {names.Count - 1} more" : "";
            var told = group.Key.OneLife ? "another namespace, a restart, or before and after mixed up; none of these counters is compared"
                : group.Key.Rules ? "the table was loaded anew or its counters were reset; none of its rules is compared" : "what counted was made anew (a device, a control group); it is not compared";
            var reason = $"{Artefact}: {name}{more} shrank ({Value(example.Earlier, name)} in {example.Earlier.Start.Source}, {Value(example.Later, name)} in {example.Later.Start.Source}): "
                + told;
            yield return new Gap(group.Key.At, example.Later.Start, GapKind.Malformed, reason);
        }
    }

    // Two tools may both have been run before and after: the wider of two windows is kept, so that nothing is counted twice.
    private static IEnumerable<Fact> WithoutRepeats(List<Fact> found)
    {
        var widest = found.OfType<CounterDelta>().GroupBy(d => (d.At, d.Name, d.ControlGroup)).ToDictionary(g => g.Key, g => g.MaxBy(d => d.Delta));
        return found.Where(f => f is not CounterDelta d || ReferenceEquals(widest[(d.At, d.Name, d.ControlGroup)], d)).Distinct();
    }

    internal static IEnumerable<string> NamesOfBoth(CounterReading a, CounterReading b) =>
        (a.OmitsZeros && b.OmitsZeros ? a.Values.Keys.Union(b.Values.Keys) : a.Values.Keys.Where(b.Values.ContainsKey)).Where(n => !IsGauge(n));

    // Among the statistics of a driver: what is left of an allowance, the index of veth's peer, temperatures and levels of light.
    private static bool IsGauge(string name) => Gauges.Contains(name)
        || (name.StartsWith("Ethtool.", StringComparison.Ordinal) && DriverGauges.Any(g => name.Contains(g, StringComparison.OrdinalIgnoreCase)));

    internal static long Value(CounterReading reading, string name) => reading.Values.TryGetValue(name, out var counter) ? counter.Value : 0;

    private static Provenance From(CounterReading reading, string name) =>
        reading.Values.TryGetValue(name, out var counter) ? counter.From : reading.Start;
}
