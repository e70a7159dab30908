using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Pairing;

/// <summary>One TCP connection and every place it was seen.</summary>
/// <param name="members">Its sightings; the roles of the first one are those of the connection.</param>
/// <param name="matches">What each two of them have in common, where anything.</param>
internal sealed class Connection(Sighting[] members, PairMatch[] matches)
{
    /// <summary>Only of those seen at more than two places.</summary>
    private readonly Dictionary<(Sighting, Sighting), PairMatch>? byPair = matches.Length > 1 ? Index(matches) : null;
    private readonly HashSet<Sighting>? swapped = matches.Any(m => m.Swapped) ? FindSwapped(members, matches) : null;
    private PairMatch? reversed;

    /// <summary>Its sightings.</summary>
    public Sighting[] Members { get; } = members;

    /// <summary>One place only.</summary>
    public static Connection Single(Sighting sighting) => new([sighting], []);

    /// <summary>Puts two sightings in order that their own packets did not.</summary>
    /// <param name="judge">Says of a match whose order is not known.</param>
    public void Settle(Func<PairMatch, PathSense> judge)
    {
        for (var i = 0; i < matches.Length; i++)
        {
            var match = matches[i];
            if (match.Sense == PathSense.Unknown)
            {
                match.Sense = judge(match);
                reversed = null;
                if (byPair is not null)
                {
                    byPair[(match.A, match.B)] = match;
                    _ = byPair.Remove((match.B, match.A));
                }
            }
        }
    }

    /// <summary>The two sightings compared, seen from the first; null when they have nothing in common.</summary>
    public PairMatch? Match(Sighting a, Sighting b)
    {
        if (byPair is null)
        {
            return matches.Length == 0 ? null
                : matches[0].A == a && matches[0].B == b ? matches[0]
                : matches[0].A == b && matches[0].B == a ? reversed ??= matches[0].Reversed()
                : null;
        }

        if (!byPair.TryGetValue((a, b), out var match) && byPair.TryGetValue((b, a), out var other))
        {
            byPair[(a, b)] = match = other.Reversed();
        }

        return match;
    }

    /// <summary>The two sightings compared, seen from either of them; null when they have nothing in common.</summary>
    public PairMatch? Between(Sighting a, Sighting b) => byPair is not null || matches.Length == 0 ? Match(a, b)
        : (matches[0].A == a && matches[0].B == b) || (matches[0].A == b && matches[0].B == a) ? matches[0] : null;

    /// <summary>Whether the client of the connection is called server in this sighting.</summary>
    public bool IsSwapped(Sighting sighting) => swapped?.Contains(sighting) == true;

    private static HashSet<Sighting> FindSwapped(Sighting[] members, PairMatch[] matches)
    {
        var known = new Dictionary<Sighting, bool> { [members[0]] = false };
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var match in matches)
            {
                grown |= known.TryGetValue(match.A, out var a) && known.TryAdd(match.B, a != match.Swapped);
                grown |= known.TryGetValue(match.B, out var b) && known.TryAdd(match.A, b != match.Swapped);
            }
        }

        return [.. known.Where(k => k.Value).Select(k => k.Key)];
    }

    private static Dictionary<(Sighting, Sighting), PairMatch> Index(PairMatch[] matches)
    {
        var index = new Dictionary<(Sighting, Sighting), PairMatch>(2 * matches.Length);
        foreach (var match in matches)
        {
            index[(match.A, match.B)] = match;
        }

        return index;
    }
}
