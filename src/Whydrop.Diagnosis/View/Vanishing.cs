using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Packets of whatever kind that were seen at one place and not at the next: lost data, openings and ends of connections together.</summary>
/// <param name="Seen">Where they were last seen.</param>
/// <param name="Missing">Where they should have been next; null when no capture tells.</param>
/// <param name="Proven">Their absence there is proven.</param>
/// <param name="Losses">Lost data.</param>
/// <param name="Controls">SYNs, SYN-ACKs, FINs and RSTs that another capture should have seen.</param>
/// <param name="Unanswered">Attempts whose SYNs no later capture saw, or was there to see.</param>
internal sealed record Vanishing(
    VantagePoint Seen, VantagePoint? Missing, bool Proven, IReadOnlyList<Loss> Losses, IReadOnlyList<LostControl> Controls, IReadOnlyList<Attempt> Unanswered)
{
    /// <summary>How many transmissions vanished; each SYN of a ladder is one.</summary>
    internal long Count => Losses.Count + Controls.Count + OtherSyns;

    /// <summary>The one network namespace that had them last and should have sent them on: both places are in it, or the next is a device of its own pod.</summary>
    internal bool Inside => Proven && Missing is { } missing && missing.Stack == Seen.Stack && missing != Seen;

    /// <summary>
    /// Namespaces that may have dropped them. A capture sees what comes in before the kernel routes it, and what goes out after that: what had left one
    /// host and did not come in at the next died on the wire, in neither.
    /// </summary>
    internal IReadOnlyList<VantagePoint> Stacks(CaseView view)
    {
        var may = new List<VantagePoint>();
        if (Inside || !HadLeft(view))
        {
            may.Add(Seen.Stack);
        }

        if (Missing is { } m && m.Stack != Seen.Stack && !WasToComeIn(view, m))
        {
            may.Add(m.Stack);
        }

        return may;
    }

    /// <summary>Directions of connections concerned.</summary>
    internal IReadOnlySet<DirectionKey> Directions { get; } =
        Losses.Select(l => l.Direction).Concat(Controls.Select(c => c.Direction)).Concat(Unanswered.Select(a => a.ToServer)).ToHashSet();

    /// <summary>Frames of the last sightings.</summary>
    internal IReadOnlyList<Provenance> Frames => [.. Losses.Select(l => l.From).Concat(Controls.Select(c => c.From)).Concat(Unanswered.SelectMany(a => a.Frames)).Distinct()];

    /// <summary>First and last of them.</summary>
    internal (Timestamp First, Timestamp Last) Span
    {
        get
        {
            var times = Losses.Select(l => l.Fate.Sent).Concat(Controls.Select(c => c.Placement.Sent)).Concat(Unanswered.SelectMany(a => a.SynTimes)).ToArray();
            return (times.Min(), times.Max());
        }
    }

    /// <summary>"between node-a/eth0 and node-a/cali1", "behind node-a/eth0".</summary>
    internal string Place => Missing is { } m ? $"between {Seen} and {m}" : $"behind {Seen}";

    /// <summary>"9 SYNs", "12 segments with data, 3 SYN-ACKs".</summary>
    internal string What
    {
        get
        {
            var kinds = Controls.GroupBy(c => c.Kind).ToDictionary(g => g.Key, g => (long)g.Count());
            if (OtherSyns > 0)
            {
                kinds[ControlKind.Syn] = kinds.GetValueOrDefault(ControlKind.Syn) + OtherSyns;
            }

            var parts = kinds.OrderBy(k => k.Key).Select(k => $"{k.Value} {Word(k.Key)}{(k.Value == 1 ? "" : "s")}");
            return string.Join(", ", Losses.Count > 0 ? parts.Prepend($"{Losses.Count} segment{(Losses.Count == 1 ? "" : "s")} with data") : parts);
        }
    }

    /// <summary>Addresses these packets go to, under every name the connections have where they were last seen.</summary>
    internal IReadOnlyList<IPAddress> Destinations(CaseView view) => [.. Ends(view).Select(e => e.To.Address).Distinct()];

    /// <summary>Source and destination of their connections where they were last seen.</summary>
    internal IEnumerable<(IPEndPoint From, IPEndPoint To)> Ends(CaseView view)
    {
        foreach (var direction in Directions)
        {
            var trail = view.Trails[direction.Connection];
            if (trail.Flows.Count > 0)
            {
                var there = trail.Flows.FirstOrDefault(f => f.At == Seen, trail.Flows[0]);
                yield return direction == trail.ToServer ? (there.Client, there.Server) : (there.Server, there.Client);
            }
        }
    }

    // SYNs that no other capture is known to have missed.
    private long OtherSyns
    {
        get
        {
            var followed = Controls.Select(c => c.Direction).ToHashSet();
            return Unanswered.Where(a => !followed.Contains(a.ToServer)).Sum(a => (long)a.SynTimes.Count);
        }
    }

    // Sent by that host itself, or seen at another of its devices before; what is only unwrapped there has still to be routed.
    private bool HadLeft(CaseView view) => Directions.All(d =>
    {
        var trail = view.Trails[d.Connection];
        var flows = d == trail.ToServer ? trail.Flows : [.. trail.Flows.Reverse()];
        var before = flows.TakeWhile(f => f.At != Seen).ToArray();
        var unwrapped = flows.FirstOrDefault(f => f.At == Seen)?.Encapsulation is null;
        return before.Any(f => f.At.Stack == Seen.Stack && !(unwrapped && f.Encapsulation is not null)) || view.Stacks.End(d.Connection, d == trail.ToServer) is { Proven: true } end && end.At == Seen.Stack;
    });

    private bool WasToComeIn(CaseView view, VantagePoint missing) => Destinations(view).All(to =>
        view.Stacks.Owners(to).Contains(missing.Stack) || (view.Devices.Egress(missing.Stack, to) is { } egress && egress.At != missing));

    private static string Word(ControlKind kind) => kind switch { ControlKind.Syn => "SYN", ControlKind.SynAck => "SYN-ACK", ControlKind.Fin => "FIN", _ => "RST" };
}
