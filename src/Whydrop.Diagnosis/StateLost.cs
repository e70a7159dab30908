using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using FoundDeaths = Whydrop.Diagnosis.View.Deaths;

namespace Whydrop.Diagnosis;

/// <summary>Connections that no longer get past one place, with what survived there: something stateful forgot them.</summary>
internal sealed class StateLost : Hypothesis
{
    /// <summary>Stacks send keep-alives, and middleboxes expire, in whole seconds; a shorter silence is a pause of an application.</summary>
    internal static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(1);

    private StateLost(CaseView view, Death[] deaths)
        : base(view, deaths.All(d => d.Proven) ? view.Devices.Beyond(deaths[0].Seen, deaths.Select(d => d.Connection)) : Scope.Unplaced)
    {
        Deaths = deaths;
        Connections = deaths.Select(d => d.Connection).ToHashSet();
        NewOnes = OpenedLater();
        Survived = [.. FoundDeaths.Survived(view, deaths[0].Capture, deaths).OrderByDescending(s => s.Pause.Duration)];
    }

    internal IReadOnlyList<Death> Deaths { get; }

    /// <summary>Silences there after which a connection spoke on, the longest first.</summary>
    internal IReadOnlyList<(Pause Pause, int Connection)> Survived { get; }

    internal override bool Placed => Deaths.All(d => d.Proven);

    internal override IReadOnlyList<Loss> Losses => [.. Deaths.SelectMany(d => d.Losses)];

    internal override IReadOnlyList<ConnectionReset> Resets => [.. Deaths.Select(d => d.Reset).OfType<ConnectionReset>()];

    internal override IReadOnlySet<int> Connections { get; }

    /// <summary>The shortest silence before a death, at most; null when one is not known.</summary>
    internal TimeSpan? ShortestDeadly => Deaths.Any(d => d.Idle is null) ? null : Deaths.Min(d => d.Idle);

    /// <summary>The last moment at which one of them was alive, and the first at which one was dead: in between all may have been forgotten at once.</summary>
    internal (Timestamp From, Timestamp To)? Moment => Deaths.Any(d => d.Alive is null) ? null : (Deaths.Max(d => d.Alive)!.Value, Deaths.Min(d => d.Dead));

    /// <summary>"4.2 to 4.3 s".</summary>
    internal string Silences => ShortestDeadly is { } shortest ? string.Create(null, $"{shortest.TotalSeconds:0.0} to {Deaths.Max(d => d.Idle)!.Value.TotalSeconds:0.0} s") : "an unknown time";

    internal IReadOnlyList<Provenance> Frames => [.. Deaths.Select(d => d.From).Take(24)];

    /// <summary>"between node-a/eth0 and node-b/eth0".</summary>
    internal string Place => Deaths[0].Missing is { } missing ? $"between {Deaths[0].Seen} and {missing}" : $"behind {Deaths[0].Seen}";

    /// <summary>By the places around the deaths.</summary>
    internal static IEnumerable<StateLost> Find(CaseView view) => view.Deaths.Select(g => new StateLost(view, [.. g.OrderBy(d => d.Dead)]));

    /// <summary>Where they stop is known from both sides.</summary>
    internal IEnumerable<Sighting> Between() => Deaths.Select(d => d.Proven
        ? Sighting.Of(true, d.Reset is null ? $"vanished {Place}" : $"RST made {Place}", d.From)
        : Sighting.Unknown($"not proven, {Place}", d.From));

    /// <summary>Connections that were there before that moment and passed after it.</summary>
    internal IEnumerable<(Pause Pause, int Connection)> LivedThrough() =>
        Moment is not { } moment ? [] : Survived.Where(s => !Connections.Contains(s.Connection) && s.Pause.Start <= moment.To
            && View.Trails[s.Connection].Flows[0].First <= moment.From && Timestamps.Add(s.Pause.Start, s.Pause.Duration) >= moment.To);

    /// <summary>
    /// Connections opened after that moment, as seen where the others die, that got past it: seen on the other side, or, where no capture is there, with a server of those that died.
    /// </summary>
    internal IReadOnlyList<TcpFlow> NewOnes { get; }

    /// <summary>Bytes that one side of the place saw and the other did not, where a RST made in between answered them; 0 where none, or nobody knows.</summary>
    internal long NotPassedOn(Death death)
    {
        var resets = View.ResetsOf(death.Connection).Where(r => r.Birth is { AbsenceProven: true }).ToArray();
        var flows = View.Trails[death.Connection].Flows;
        if (!death.Proven || resets.Length == 0 || flows.FirstOrDefault(f => f.Capture == death.Capture) is not { } here || flows.FirstOrDefault(f => f.At == death.Missing) is not { } there)
        {
            return 0;
        }

        return resets.Max(r => r.FromClient ? here.FromServer.UniqueBytes - there.FromServer.UniqueBytes : here.FromClient.UniqueBytes - there.FromClient.UniqueBytes);
    }

    private TcpFlow[] OpenedLater() => Moment is not { } moment ? []
        : [.. Openings.Past(View, Deaths[0].Capture, Deaths[0].Missing, Deaths.Select(d => View.Trails[d.Connection].ServerThere).ToHashSet()).Where(f => f.First > moment.To)];

    /// <summary>A capture on the other side.</summary>
    internal IEnumerable<NextEvidence> OtherSide()
    {
        if (Placed)
        {
            yield break;
        }

        var trail = View.Trails[Deaths[0].Connection];
        var server = View.Stacks.End(trail.Connection, false)?.At;
        yield return AttemptEvidence.Capture(server, $"tcp and port {trail.ServerThere.Port}", "whether what comes after the silence arrives at the other end; longer than the silence, at the same time as here");
    }
}
