using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Groups losses that are a matter of size by the device they do not fit through.</summary>
internal static class Narrowings
{
    /// <summary>One for each device, apart for those whose senders learned of it; one without figures for each place where something was lost when none is a matter of size.</summary>
    internal static List<Narrowing> Find(CaseView view)
    {
        var found = new List<Narrowing>();
        var placed = Placed(view, found);
        Unplaced(view, placed, found);
        if (found.Count == 0)
        {
            // That none is a matter of size is known of where they died, and of nowhere else.
            found.AddRange(view.Losses.Select(l => Scope.Of(l.LastSeen)).Distinct().Select(place => new Narrowing(view, place, null, false, [], [], [])));
        }

        return found;
    }

    private static HashSet<Loss> Placed(CaseView view, List<Narrowing> found)
    {
        var taken = new HashSet<Loss>(ReferenceEqualityComparer.Instance);
        var atDevice = view.Losses
            .Where(l => l.DontFragment == true)
            .Select(l => (Loss: l, Device: view.Devices.TooNarrow(l)))
            .Where(p => p.Device is not null)
            .GroupBy(p => p.Device!.At);
        foreach (var group in atDevice)
        {
            var device = group.First().Device!;
            foreach (var sameEnd in group.Select(p => p.Loss).GroupBy(l => l.Direction).GroupBy(d => SizeStep.Worked([.. d])))
            {
                var directions = sameEnd.Select(d => d.Key).ToHashSet();
                var steps = view.Steps.Where(s => directions.Contains(s.Direction)).ToArray();

                // Those of the same step that no other place contradicts died of the same size: not proven absent, or last seen on that node too.
                var alike = steps.SelectMany(s => s.Losses).Where(l => l.DatagramLength > device.Mtu
                    && (l.Placement is not { AbsenceProven: true } || (l.Placement.At.Stack == device.At.Stack && view.Devices.TooNarrow(l) is null)));
                var losses = sameEnd.SelectMany(d => d).Concat(alike).Distinct().ToArray();
                taken.UnionWith(losses);
                found.Add(new Narrowing(view, Scope.Of(device.At), device, true, losses, steps, []));
            }
        }

        return taken;
    }

    private static void Unplaced(CaseView view, HashSet<Loss> taken, List<Narrowing> found)
    {
        var open = view.Steps
            .Select(s => s with { Losses = [.. s.Losses.Where(l => !taken.Contains(l))] })
            .Where(s => s.Losses.Count > 1) // What was lost once says nothing of its size.
            .Select(s => (Step: s, Between: Between(view, s), Devices: view.Devices.Fitting(s)))
            .GroupBy(s => (Place: s.Between ?? Likely(s.Devices)?.At, Worked: s.Step.DiscoveryWorked));
        foreach (var group in open.SelectMany(Consistent))
        {
            var (_, between, devices) = group.First();
            var device = between is null ? Likely(devices) : null;
            var steps = group.Select(s => s.Step).ToArray();
            var scope = group.Key.Place is { } place ? Scope.Of(place) : devices.Count > 0 ? Scope.Of(devices[0].At.Stack) : Scope.Unplaced;
            found.Add(new Narrowing(
                view, scope, device, false, [.. steps.SelectMany(s => s.Losses)], steps, [.. devices.Where(d => d != device)]));
        }
    }

    /// <summary>One link has one MTU: directions that contradict each other are told one by one.</summary>
    private static IEnumerable<IGrouping<TKey, (SizeStep Step, VantagePoint? Between, IReadOnlyList<NetworkInterface> Devices)>> Consistent<TKey>(
        IGrouping<TKey, (SizeStep Step, VantagePoint? Between, IReadOnlyList<NetworkInterface> Devices)> group) =>
        group.Max(s => s.Step.LargestDelivered) < group.Min(s => s.Step.SmallestLost)
            ? [group]
            : group.GroupBy(s => s.Step).SelectMany(s => s.GroupBy(_ => group.Key));

    /// <summary>The place by which all of them are proven to have vanished, when that is on one node: of several the farthest on their way.</summary>
    private static VantagePoint? Between(CaseView view, SizeStep step)
    {
        var missing = step.Losses.Select(l => l.Placement).Where(p => p is { AbsenceProven: true }).Select(p => (p!.At, p.MissingAt)).Distinct().ToArray();
        if (missing.Length == 0 || missing.Any(p => p.At.Node != missing[0].MissingAt.Node || p.MissingAt.Node != missing[0].MissingAt.Node))
        {
            return null;
        }

        return view.Connections.FromSender(step.Direction).Select(k => view.Flow(k)?.At).LastOrDefault(at => missing.Any(p => p.MissingAt == at))
            ?? (missing.All(p => p.MissingAt == missing[0].MissingAt) ? missing[0].MissingAt : null);
    }

    /// <summary>The one device that fits, or the one tunnel among several.</summary>
    private static NetworkInterface? Likely(IReadOnlyList<NetworkInterface> devices) =>
        devices.Count == 1 ? devices[0] : devices.Count(Encapsulation.IsTunnel) == 1 ? devices.First(Encapsulation.IsTunnel) : null;
}
