using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>Connections to one address whose client ports were used for it before, and a namespace that may balance them by IPVS.</summary>
internal sealed class ReusedPorts : Hypothesis
{
    // IPVS remembers a closed connection for at most two minutes (net/netfilter/ipvs/ip_vs_proto_tcp.c tcp_timeouts, TIME_WAIT).
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    // RFC 6298 (2.1): the first timeout is a second; kernels round it up to their clock tick, and busy machines send later.
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan Latest = TimeSpan.FromMilliseconds(1900);

    private readonly IReadOnlyList<Attempt> all;
    private readonly Dictionary<Attempt, Attempt?> before;

    private ReusedPorts(CaseView view, VantagePoint? at, IPEndPoint address, IReadOnlyList<Attempt> all)
        : base(view, at is null ? Scope.Of(VantagePoint.Unknown) : Scope.Of(at))
    {
        this.all = all;
        Address = address;
        Stack = at is null ? null : view.Stacks.At(at);
        before = all.ToDictionary(a => a, Predecessor, (IEqualityComparer<Attempt>)ReferenceEqualityComparer.Instance);
        Late = [.. all.Where(a => a is { Slow: true, SynTimes.Count: 2 } && (a.SynTimes[1] - a.SynTimes[0]) is var gap && gap >= Soonest && gap <= Latest)];
    }

    /// <summary>What the clients connect to.</summary>
    internal IPEndPoint Address { get; }

    /// <summary>The namespace; null when nothing tells which.</summary>
    internal NetworkStack? Stack { get; }

    /// <summary>Opened by the second SYN, about a second after the first.</summary>
    internal IReadOnlyList<Attempt> Late { get; }

    /// <summary>Connections with ports used before.</summary>
    internal int Again => all.Count(a => before[a] is not null);

    internal override bool Placed => Stack is not null;

    internal override IReadOnlyList<Attempt> Attempts => Late;

    /// <summary>One for each address with slow openings, in the namespace where they vanish, or that has the address as an IPVS service.</summary>
    internal static IEnumerable<ReusedPorts> Find(CaseView view)
    {
        foreach (var group in view.Attempts.GroupBy(a => a.Server).Where(g => g.Any(a => a.Slow)))
        {
            var attempts = group.OrderBy(a => a.SynTimes[0]).ToArray();
            var lost = attempts.SelectMany(a => a.LostSyns).Where(l => l.Proven && l.LastSeen.Stack == l.MissingAt.Stack).Select(l => l.LastSeen.Stack);
            var serving = view.Facts.Of<VirtualServer>().Where(s => Ends.Same(s.Service, group.Key)).Select(s => s.At.Stack);
            var places = lost.Concat(serving).Distinct().ToArray();
            foreach (var at in places.Length == 0 ? [null] : places.Cast<VantagePoint?>())
            {
                yield return new ReusedPorts(view, at, group.Key, attempts);
            }
        }
    }

    internal IEnumerable<Sighting> OpenedByTheSecond()
    {
        yield return Late.Count > 0
            ? Sighting.Of(true, $"{Late.Count} to {Address}, {Late.Min(a => (a.SynTimes[1] - a.SynTimes[0]).TotalSeconds):0.00} to {Late.Max(a => (a.SynTimes[1] - a.SynTimes[0]).TotalSeconds):0.00} s", [.. Late.SelectMany(a => a.Frames).Take(24)])
            : Sighting.Of(false, $"none to {Address}", all[0].From);
    }

    internal IEnumerable<Sighting> UsedBefore()
    {
        foreach (var attempt in Late)
        {
            if (before[attempt] is { } earlier)
            {
                yield return Sighting.Of(true, $"{attempt.Client} had one {(attempt.SynTimes[0] - earlier.SynTimes[0]).TotalSeconds:0.0} s before", earlier.From);
            }
            else if (View.Capture(attempt.SeenAt[0].Capture)?.First is { } began && attempt.SynTimes[0] - began >= Remembered)
            {
                yield return Sighting.Of(false, $"{attempt.Client} had none in two minutes", attempt.From);
            }
            else
            {
                yield return Sighting.Unknown($"{attempt.Client}: the capture begins {Remembered.TotalMinutes:0} minutes before at most", attempt.From);
            }
        }
    }

    internal IEnumerable<Sighting> VanishedThere()
    {
        foreach (var attempt in Late)
        {
            if (attempt.LostSyns.FirstOrDefault(l => l.Proven) is not { } lost)
            {
                yield return Sighting.Unknown("no capture shows where the first SYN ended", attempt.From);
            }
            else if (Stack is { } stack && lost.LastSeen.Stack == stack.At)
            {
                yield return Sighting.Of(true, $"seen at {lost.LastSeen}, never at {lost.MissingAt}", lost.From);
            }
            else
            {
                yield return Sighting.Of(false, $"last seen at {lost.LastSeen}", lost.From);
            }
        }
    }

    internal IEnumerable<Sighting> IsService()
    {
        var listed = View.Facts.Of<VirtualServer>().Where(s => Stack is not null && s.At.Stack == Stack.At).ToArray();
        if (listed.Length == 0)
        {
            yield break;
        }

        var own = listed.Where(s => Ends.Same(s.Service, Address)).ToArray();
        yield return own.Length > 0
            ? Sighting.Of(true, $"{Address}, by IPVS", own[^1].From)
            : Sighting.Of(false, $"{listed.Select(s => s.Service).Distinct().Count()} services, none at {Address}", listed[0].From);
    }

    internal IEnumerable<Sighting> FreshOpenAtOnce()
    {
        foreach (var attempt in all.Where(a => before[a] is null))
        {
            yield return Sighting.Of(!attempt.Slow && !attempt.Failed, $"{attempt.Client}: {attempt.Ladder}", attempt.From);
        }
    }

    private Attempt? Predecessor(Attempt attempt) => all.LastOrDefault(
        a => !ReferenceEquals(a, attempt) && Ends.Same(a.Client, attempt.Client) && a.SynTimes[0] < attempt.SynTimes[0] && attempt.SynTimes[0] - a.SynTimes[0] <= Remembered);
}
