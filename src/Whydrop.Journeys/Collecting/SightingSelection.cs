namespace Whydrop.Journeys.Collecting;

/// <summary>Which connections are worth a record per segment: those in trouble, what may be their counterpart, and a few more for the clocks.</summary>
internal sealed class SightingSelection
{
    /// <summary>Untroubled connections followed besides: they help to compare clocks and cost little.</summary>
    private const int ClockWitnesses = 64;

    /// <summary>And so many small ones for every two files, where a connection has to be looked for in a file that shows nothing of it.</summary>
    private const int WitnessesPerPair = 4;

    private readonly CaseFlows flows;
    private readonly long most;
    private readonly SightingSet chosen;
    private readonly List<SightingSet> further = [];

    /// <summary>Of each group with one handshake.</summary>
    private readonly Sighting[] firsts;
    private ILookup<uint, Sighting>? byOpening;
    private long records;

    private SightingSelection(CaseFlows flows, long most)
    {
        (this.flows, this.most, chosen) = (flows, most, new SightingSet(flows.Sightings.Length));
        firsts = Array.FindAll(flows.Sightings, flows.Handshakes.IsFirst);
    }

    /// <summary>
    /// Connections that would not fit beside those chosen: each part by itself does. They have their handshake in common with their counterparts, so no other part is
    /// needed to join them.
    /// </summary>
    public IReadOnlyList<SightingSet> Further => further;

    /// <summary>Those chosen.</summary>
    public SightingSet Chosen => chosen;

    /// <summary>Connections to be followed that did not fit the limit.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Chooses.</summary>
    /// <param name="following">All of them, as many as the limit allows, or those that something is wrong with.</param>
    /// <param name="most">Records kept at a time.</param>
    public static SightingSelection Choose(CaseFlows flows, Following following, long most)
    {
        var selection = new SightingSelection(flows, most);
        var troubled = flows.Sightings.Where(flows.IsTroubled).ToArray();
        selection.AddTroubled(troubled);
        var unplain = flows.Sightings.Where(selection.NeedsFollowing).ToArray();
        foreach (var sighting in unplain)
        {
            selection.Add([.. selection.WithOpening(sighting).Union(selection.Group(sighting).ToArray())]);
        }

        if (following != Following.Troubled)
        {
            selection.AddAll();
        }
        else if (troubled.Length + unplain.Length > 0)
        {
            selection.AddWitnesses(everyPair: unplain.Length > 0 || Array.Exists(troubled, s => selection.Group(s).Length < 2));
        }

        return selection;
    }

    /// <summary>What fits at once; else those first whose counterparts have to be looked for, and the rest in parts.</summary>
    private void AddAll()
    {
        if (flows.Sightings.Sum(flows.Cost) > most)
        {
            AddWitnesses(everyPair: true);
            AddAlone();
            AddInParts();
            var parts = further.SelectMany(f => f).ToHashSet();
            LeftOut = flows.Sightings.Count(s => !chosen.Contains(s) && !parts.Contains(s));
            return;
        }

        foreach (var first in firsts)
        {
            if (Group(first) is { Length: > 1 } group)
            {
                Add(group);
            }
        }

        AddAlone();
    }

    private void AddAlone()
    {
        foreach (var first in firsts)
        {
            if (Group(first) is { Length: 1 } group)
            {
                Add(group);
            }
        }

        foreach (var sighting in flows.Sightings.Where(s => !s.HasHandshake))
        {
            Add([sighting]);
        }
    }

    /// <summary>Connections that began at any time go to every part: the first of them compares the clocks.</summary>
    private void AddInParts()
    {
        var rest = Groups().Select(g => Array.FindAll(g, s => !chosen.Contains(s))).Where(g => g.Length > 0).ToArray();
        var parts = (int)((rest.Sum(g => g.Sum(flows.Cost)) + records) / most) + 1;
        var costs = new List<long>();
        for (var i = 0; i < rest.Length; i++)
        {
            var cost = rest[i].Sum(flows.Cost);
            if (cost > most)
            {
                continue;
            }

            if (i % parts == 0 && records + cost <= most)
            {
                Add(rest[i]);
            }
            else
            {
                var part = i % parts < costs.Count && costs[i % parts] + cost <= most ? i % parts : costs.FindIndex(c => c + cost <= most);
                if (part < 0 || costs.Count < parts - 1)
                {
                    part = costs.Count;
                    costs.Add(0);
                    further.Add(new SightingSet(flows.Sightings.Length));
                }

                costs[part] += cost;
                Array.ForEach(rest[i], further[part].Add);
            }
        }
    }

    private IEnumerable<Sighting[]> Groups() => firsts.Select(f => Group(f).ToArray());

    private ReadOnlySpan<Sighting> Group(Sighting sighting) =>
        sighting.HasHandshake ? flows.Handshakes.With(sighting) : flows.Sightings.AsSpan(sighting.Number, 1);

    /// <summary>Those that may have the opening of one in common with it; any without one are alike.</summary>
    private IEnumerable<Sighting> WithOpening(Sighting sighting)
    {
        byOpening ??= flows.Sightings.Where(s => s.Initial(true) is not null).ToLookup(s => s.Initial(true)!.Value);
        return byOpening[sighting.Initial(true) ?? 0];
    }

    private void AddTroubled(Sighting[] troubled)
    {
        foreach (var sighting in troubled)
        {
            Add(Group(sighting));
        }

        // Somebody's counterpart is not known by its handshake: it is among those that have no partner either, or began without a SYN.
        var files = flows.Sightings.Select(s => s.Source).Distinct().Count();
        if (Array.Exists(troubled, s => Group(s).Length < 2 || Files(Group(s)) < files))
        {
            foreach (var sighting in flows.Sightings.Where(s => !s.HasHandshake || Group(s).Length < 2).OrderBy(s => s.Frames))
            {
                Add([sighting]);
            }
        }
    }

    private static int Files(ReadOnlySpan<Sighting> group)
    {
        var files = 0;
        for (var i = 0; i < group.Length; i++)
        {
            var seen = false;
            for (var j = 0; j < i && !seen; j++)
            {
                seen = group[j].Source == group[i].Source;
            }

            files += seen ? 0 : 1;
        }

        return files;
    }

    /// <summary>Its opening or end was not plain, and another place may tell more of it.</summary>
    private bool NeedsFollowing(Sighting sighting)
    {
        if (flows.IsUnplain(sighting))
        {
            return flows.Summaries.Count > 1 || Group(sighting).Length > 1 || WithOpening(sighting).Skip(1).Any();
        }

        // A RST that every place saw travelled as it should.
        var group = Group(sighting);
        return Differ(group, true) || Differ(group, false);
    }

    private static bool Differ(ReadOnlySpan<Sighting> group, bool fromClient)
    {
        foreach (var sighting in group)
        {
            if (sighting.Resets(fromClient) != group[0].Resets(fromClient))
            {
                return true;
            }
        }

        return false;
    }

    private void AddWitnesses(bool everyPair)
    {
        var groups = Groups().Where(g => g.Length > 1).ToArray();
        foreach (var witness in groups.Where(g => !chosen.Contains(g[0])).OrderBy(g => g.Sum(s => s.Frames)).TakeLast(ClockWitnesses))
        {
            AddIfCheap(witness);
        }

        var pairs = new Dictionary<(int, int), int>();
        foreach (var witness in groups.Where(_ => everyPair).OrderBy(g => g.Sum(s => s.Frames)))
        {
            var sources = witness.Select(s => s.Source).Distinct().Order().ToArray();
            var wanted = false;
            for (var i = 0; i < sources.Length; i++)
            {
                for (var j = i + 1; j < sources.Length; j++)
                {
                    var count = pairs.GetValueOrDefault((sources[i], sources[j]));
                    wanted |= count < WitnessesPerPair;
                    pairs[(sources[i], sources[j])] = count + 1;
                }
            }

            if (wanted)
            {
                AddIfCheap(witness);
            }
        }
    }

    private void AddIfCheap(Sighting[] group)
    {
        if (records + group.Sum(flows.Cost) <= most / 4)
        {
            Add(group);
        }
    }

    private void Add(ReadOnlySpan<Sighting> group)
    {
        var (wanted, cost) = (0, 0L);
        foreach (var sighting in group)
        {
            if (!chosen.Contains(sighting))
            {
                wanted++;
                cost += flows.Cost(sighting);
            }
        }

        if (records + cost > most)
        {
            LeftOut += wanted;
            return;
        }

        records += cost;
        foreach (var sighting in group)
        {
            chosen.Add(sighting);
        }
    }
}
