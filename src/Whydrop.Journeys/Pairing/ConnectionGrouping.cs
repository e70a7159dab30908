using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Pairing;

/// <summary>Puts the sightings of one connection together: by handshake, else by shared segments, else by segments at a constant distance.</summary>
internal sealed class ConnectionGrouping
{
    /// <summary>Places in one capture where one connection can be: pod, veth, bridge, tunnel, uplink, bond, before and after NAT.</summary>
    private const int MostPerCapture = 8;

    /// <summary>Segments of so many sightings on are fetched while those of one are compared.</summary>
    private const int Ahead = 6;

    /// <summary>An initial sequence number met in more sightings is no identity.</summary>
    private const int MostPerOpening = 64;

    private readonly Sighting[] sightings;
    private readonly HandshakeGroups handshakes;
    private readonly MatchGraph edges;
    private readonly HashSet<PairMatch> setAside = [];
    private readonly HashSet<(Sighting, Sighting)> pairsSetAside = [];
    private readonly double comparisons;

    private ConnectionGrouping(CaseFlows flows, IEnumerable<Sighting> recorded)
    {
        sightings = [.. recorded.Where(s => s.Count > 0)];
        (handshakes, edges) = (flows.Handshakes, new MatchGraph(flows.Sightings.Length));
        comparisons = Math.Max(1, sightings.Sum(s => (double)s.Count));
        comparisons *= comparisons / 2;
    }

    /// <summary>Connections seen in two places or more.</summary>
    public List<Connection> Connections { get; } = [];

    /// <summary>Sightings that have no other, and do not look like having one.</summary>
    public List<Sighting> Single { get; } = [];

    /// <summary>Groups of sightings that look like one connection but cannot be told apart.</summary>
    public List<Sighting[]> Ambiguous { get; } = [];

    /// <summary>Groups.</summary>
    public static ConnectionGrouping Run(CaseFlows flows, IEnumerable<Sighting> recorded)
    {
        var grouping = new ConnectionGrouping(flows, recorded);
        grouping.ByHandshake();
        grouping.ByOpening();
        grouping.ByContent();
        grouping.ByShift();
        grouping.Collect();
        return grouping;
    }

    private void ByHandshake()
    {
        // Chance among handshakes is paid by the number of connections, not of segments.
        var price = Math.Max(1, (double)sightings.Length * sightings.Length / 2);
        var place = new int[edges.Length];
        for (var i = 0; i < sightings.Length; i++)
        {
            place[sightings[i].Number] = i + 1;
        }

        for (var i = 0; i < sightings.Length; i++)
        {
            if (i + Ahead < sightings.Length)
            {
                sightings[i + Ahead].Prefetch();
            }

            var sighting = sightings[i];
            var members = Recorded(handshakes.With(sighting), place);
            if (members.Length == 0 || members[0] != sighting)
            {
                continue;
            }

            if (members.Length > MostPerCapture && members.ToArray() is var many && many.GroupBy(s => s.Capture).Any(g => g.Count() > MostPerCapture))
            {
                Ambiguous.Add(many);
                continue;
            }

            for (var a = 0; a < members.Length; a++)
            {
                for (var b = a + 1; b < members.Length; b++)
                {
                    var match = PairComparison.Compare(members[a], members[b], false, 0, 0, price);
                    // Nothing but SYNs sent again without a timestamp: none is the only one of its look.
                    Keep(match.FromClient.Length + match.FromServer.Length > 0 ? match : OpeningComparison.Compare(members[a], members[b], price));
                }
            }
        }
    }

    /// <summary>Those of a group that are to be joined, in their order among these.</summary>
    /// <param name="place">Of each sighting by its number, from 1.</param>
    private static ReadOnlySpan<Sighting> Recorded(ReadOnlySpan<Sighting> group, int[] place)
    {
        // Mostly all are, and in this order.
        var (count, last, ordered) = (0, 0, true);
        foreach (var member in group)
        {
            var here = place[member.Number];
            count += here > 0 ? 1 : 0;
            ordered &= here > last;
            last = here;
        }

        if (ordered)
        {
            return group;
        }

        var recorded = new Sighting[count];
        count = 0;
        foreach (var member in group)
        {
            if (place[member.Number] > 0)
            {
                // They were mostly chosen in this order.
                var at = count++;
                for (; at > 0 && place[recorded[at - 1].Number] > place[member.Number]; at--)
                {
                    recorded[at] = recorded[at - 1];
                }

                recorded[at] = member;
            }
        }

        return recorded;
    }

    /// <summary>A place that never saw the answer knows one initial sequence number only.</summary>
    private void ByOpening()
    {
        if (Array.TrueForAll(sightings, s => s.HasHandshake))
        {
            return;
        }

        var price = Math.Max(1, (double)sightings.Length * sightings.Length / 2);
        foreach (var group in sightings.Where(s => s.Initial(true) is not null).GroupBy(s => s.Initial(true)))
        {
            var members = group.ToArray();
            if (members.Length < 2 || Array.TrueForAll(members, s => s.HasHandshake))
            {
                continue;
            }

            if (members.Length > MostPerOpening)
            {
                Ambiguous.Add([.. members.Where(s => !s.HasHandshake)]);
                continue;
            }

            for (var i = 0; i < members.Length; i++)
            {
                for (var j = i + 1; j < members.Length; j++)
                {
                    if (!members[i].HasHandshake || !members[j].HasHandshake)
                    {
                        Keep(OpeningComparison.Compare(members[i], members[j], price));
                    }
                }
            }
        }
    }

    private void ByContent()
    {
        // Without a handshake of its own, a sighting may be one more of a connection that has others already.
        if (Array.TrueForAll(sightings, edges.Has))
        {
            return;
        }

        foreach (var candidate in ContentIndex.Candidates(sightings, shifted: false).Keys)
        {
            var (a, b) = (sightings[candidate.First], sightings[candidate.Second]);
            if (!edges.Holds(a, b))
            {
                Keep(PairComparison.Compare(a, b, candidate.Swapped, 0, 0, comparisons));
            }
        }
    }

    /// <summary>What was seen on one side of a middlebox that moves sequence numbers, and what was seen on its other side.</summary>
    private void ByShift()
    {
        var files = sightings.Select(s => s.Source).Distinct().Count();
        var sides = Sides(files);
        if (sides.Length < 2)
        {
            return;
        }

        // The one with the most frames is the least merged: its segments are those of the wire.
        var shown = Array.ConvertAll(sides, c => c.Members.MaxBy(s => s.Count)!);
        foreach (var candidate in ContentIndex.Candidates(shown, shifted: true).Keys)
        {
            var (first, second) = (sides[candidate.First], sides[candidate.Second]);
            var swapped = candidate.Swapped ^ first.IsSwapped(shown[candidate.First]) ^ second.IsSwapped(shown[candidate.Second]);
            foreach (var a in first.Members)
            {
                foreach (var b in second.Members)
                {
                    var turned = swapped ^ first.IsSwapped(a) ^ second.IsSwapped(b);
                    if (Shifts(a, b, turned) is { } shifts)
                    {
                        Keep(PairComparison.Compare(a, b, turned, shifts.Client, shifts.Server, comparisons));
                    }
                }
            }
        }
    }

    /// <summary>What is joined so far and was not seen in every file: something else may be its other side.</summary>
    private Connection[] Sides(int files)
    {
        var sides = new List<Connection>();
        var done = new bool[edges.Length];
        foreach (var sighting in sightings)
        {
            if (done[sighting.Number] || (files == 2 && edges.Only(sighting) is { } only && only.A.Source != only.B.Source))
            {
                continue;
            }

            var (members, matches) = Reach(sighting);
            foreach (var member in members)
            {
                done[member.Number] = true;
            }

            if (members.Length == 1 || members.DistinctBy(s => s.Source).Count() < files)
            {
                sides.Add(new Connection(members, matches));
            }
        }

        return [.. sides];
    }

    private static (uint Client, uint Server)? Shifts(Sighting a, Sighting b, bool swapped)
    {
        if (a.HasHandshake && b.HasHandshake && !swapped)
        {
            return (
                b.Initial(true)!.Value - a.Initial(true)!.Value,
                b.Initial(false)!.Value - a.Initial(false)!.Value);
        }

        var client = SequenceShift.Between(a.FromClient, b.Trail(!swapped));
        var server = SequenceShift.Between(a.FromServer, b.Trail(swapped));
        if (client is null && server is null)
        {
            return null;
        }

        client ??= SequenceShift.OfAcknowledgments(a.FromServer, b.Trail(swapped), server!.Value) ?? 0;
        server ??= SequenceShift.OfAcknowledgments(a.FromClient, b.Trail(!swapped), client.Value) ?? 0;
        return (client.Value, server.Value);
    }

    private void Keep(PairMatch match)
    {
        if (match.Likeness != Likeness.Different)
        {
            edges.Add(match);
        }
    }

    private void Collect()
    {
        // Only who has several has rivals.
        setAside.UnionWith(edges.Several.SelectMany(e => e.Value.Where(m => m.Likeness == Likeness.Weak && HasRival(e.Key, m))));
        pairsSetAside.UnionWith(setAside.Select(m => (m.A, m.B)));
        var done = new bool[edges.Length];
        foreach (var sighting in sightings)
        {
            if (done[sighting.Number] || !edges.Has(sighting))
            {
                continue;
            }

            var (members, matches) = Reach(sighting);
            foreach (var member in members)
            {
                done[member.Number] = true;
            }

            if (members.Length < 2)
            {
                continue;
            }

            if (IsOneConnection(members, matches))
            {
                Connections.Add(new Connection(Array.TrueForAll(members, s => s.HasHandshake) ? members : [.. members.OrderByDescending(s => s.HasHandshake)], matches));
            }
            else
            {
                Ambiguous.Add(members);
            }
        }

        // One whose every edge was set aside looks like something else: nothing is said of it.
        var unclear = Ambiguous.SelectMany(a => a).ToHashSet();
        Single.AddRange(sightings.Where(s => !edges.Has(s) && !unclear.Contains(s)));
    }

    private bool HasRival(Sighting sighting, PairMatch weak)
    {
        var other = weak.A == sighting ? weak.B : weak.A;
        return HasOther(sighting, other) || HasOther(other, sighting);

        bool HasOther(Sighting end, Sighting rivalled)
        {
            foreach (var match in edges.Of(end))
            {
                if (match != weak && (match.A == end ? match.B : match.A).Capture == rivalled.Capture)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private (Sighting[] Members, PairMatch[] Matches) Reach(Sighting start)
    {
        if (edges.Only(start) is { } only)
        {
            return ([start, only.A == start ? only.B : only.A], [only]);
        }

        var members = new List<Sighting> { start };
        var matches = new HashSet<PairMatch>();
        for (var i = 0; i < members.Count; i++)
        {
            foreach (var edge in edges.Of(members[i]))
            {
                var other = edge.A == members[i] ? edge.B : edge.A;
                if (!setAside.Contains(edge) && matches.Add(edge) && !members.Contains(other))
                {
                    members.Add(other);
                }
            }
        }

        return ([.. members], [.. matches]);
    }

    /// <summary>Two sightings in one capture are one connection only when they match each other: else a third one matches two connections.</summary>
    private bool IsOneConnection(Sighting[] members, PairMatch[] matches)
    {
        if (members.Length == 2)
        {
            return true;
        }

        var direct = matches.Select(m => (m.A, m.B)).ToHashSet();
        return members.GroupBy(s => s.Capture).All(group =>
        {
            var inCapture = group.ToArray();
            return inCapture.Length <= MostPerCapture
                && inCapture.Index().All(x => inCapture.Skip(x.Index + 1).All(y => Met(x.Item, y) || Met(y, x.Item)));
        });

        bool Met(Sighting a, Sighting b) => direct.Contains((a, b)) || pairsSetAside.Contains((a, b));
    }
}
