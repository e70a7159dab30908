namespace Whydrop.Journeys.Collecting;

/// <summary>Which connections are worth a record per segment: those in trouble, what may be their counterpart, and a few more for the clocks.</summary>
internal sealed class SightingSelection
{
    /// <summary>Records kept at most: 40 bytes each, so 240 MB.</summary>
    public const long MostRecords = 6_000_000;

    /// <summary>Untroubled connections followed besides: they help to compare clocks and cost little.</summary>
    private const int ClockWitnesses = 64;

    private readonly HashSet<Sighting> chosen = [];
    private long records;

    private SightingSelection()
    {
    }

    /// <summary>Those chosen.</summary>
    public IReadOnlySet<Sighting> Chosen => chosen;

    /// <summary>Connections in trouble, or possible counterparts of one, that did not fit the limit.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Chooses.</summary>
    public static SightingSelection Choose(CaseFlows flows)
    {
        var selection = new SightingSelection();
        var groups = flows.Sightings.Where(s => s.HasHandshake).GroupBy(Handshake).ToDictionary(g => g.Key, g => g.ToArray());
        var troubled = flows.Sightings.Where(flows.IsTroubled).ToArray();
        if (troubled.Length == 0)
        {
            return selection;
        }

        foreach (var sighting in troubled)
        {
            selection.Add(Group(sighting));
        }

        // Somebody's counterpart is not known by its handshake: it is among those that have no partner either, or began without a SYN.
        var files = flows.Sightings.Select(s => s.Source).Distinct().Count();
        if (troubled.Any(s => Group(s).Length < 2 || Group(s).Select(g => g.Source).Distinct().Count() < files))
        {
            foreach (var sighting in flows.Sightings.Where(s => !s.HasHandshake || Group(s).Length < 2).OrderBy(s => s.Flow.Frames))
            {
                selection.Add([sighting]);
            }
        }

        foreach (var witness in groups.Values.Where(g => g.Length > 1 && !selection.chosen.Contains(g[0])).OrderBy(g => g.Sum(s => s.Flow.Frames)).TakeLast(ClockWitnesses))
        {
            selection.AddIfCheap(witness);
        }

        return selection;

        Sighting[] Group(Sighting sighting) => sighting.HasHandshake ? groups[Handshake(sighting)] : [sighting];
    }

    /// <summary>Both initial sequence numbers: 64 random bits that NAT and tunnels keep.</summary>
    public static (uint Client, uint Server) Handshake(Sighting sighting) =>
        (sighting.Flow.FromClient.InitialSequence ?? 0, sighting.Flow.FromServer.InitialSequence ?? 0);

    private void AddIfCheap(Sighting[] group)
    {
        if (records + group.Sum(s => s.Flow.Frames) <= MostRecords / 4)
        {
            Add(group);
        }
    }

    private void Add(Sighting[] group)
    {
        var wanted = group.Where(s => !chosen.Contains(s)).ToArray();
        var cost = wanted.Sum(s => s.Flow.Frames);
        if (records + cost > MostRecords)
        {
            LeftOut += wanted.Length;
            return;
        }

        records += cost;
        chosen.UnionWith(wanted);
    }
}
