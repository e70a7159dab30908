using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>The sightings of a connection from its client to its server, as far as the order is established.</summary>
internal sealed class PathChain
{
    private readonly Connection connection;
    private Sighting[]? back;

    private PathChain(Connection connection) => this.connection = connection;

    /// <summary>From the client to the server; fewer than two when nothing could be ordered.</summary>
    public Sighting[] Sightings { get; private set; } = [];

    /// <summary>From the sender to the receiver of one direction.</summary>
    public Sighting[] Way(bool fromClient) => fromClient ? Sightings : back ??= Reversed(Sightings);

    /// <summary>Those whose place on the path is not established.</summary>
    public Sighting[] Unplaced { get; private set; } = [];

    /// <summary>Orders.</summary>
    public static PathChain Of(Connection connection)
    {
        var chain = new PathChain(connection) { Sightings = connection.Members };
        if (connection.Members is [var one, var other] && chain.Nearer(one, other) is var nearer and not 0)
        {
            chain.Sightings = nearer > 0 ? connection.Members : [other, one];
            return chain;
        }

        while (chain.Sightings.Length > 1 && !chain.Sort())
        {
            var worst = chain.Sightings.MaxBy(chain.Doubts)!;
            chain.Sightings = [.. chain.Sightings.Where(s => s != worst)];
            chain.Unplaced = [.. chain.Unplaced, worst];
        }

        return chain;
    }

    private static Sighting[] Reversed(Sighting[] sightings)
    {
        var reversed = new Sighting[sightings.Length];
        for (var i = 0; i < reversed.Length; i++)
        {
            reversed[i] = sightings[^(i + 1)];
        }

        return reversed;
    }

    /// <summary>+1 when the first is nearer to the client, -1 when the second is, 0 when not known.</summary>
    private int Nearer(Sighting a, Sighting b)
    {
        var sense = connection.Match(a, b)?.Sense ?? PathSense.Unknown;
        var known = sense == PathSense.Unknown ? 0 : sense == PathSense.FirstNearerClient ? 1 : -1;
        return connection.IsSwapped(a) ? -known : known;
    }

    private int Doubts(Sighting sighting) => Sightings.Count(other => other != sighting && Nearer(sighting, other) == 0);

    /// <summary>True when every two neighbours are in a known order and no two sightings contradict it.</summary>
    private bool Sort()
    {
        Sightings = [.. Sightings.OrderByDescending(s => Sightings.Sum(o => o == s ? 0 : Nearer(s, o)))];
        for (var i = 0; i < Sightings.Length; i++)
        {
            for (var j = i + 1; j < Sightings.Length; j++)
            {
                var nearer = Nearer(Sightings[i], Sightings[j]);
                if (nearer < 0 || (nearer == 0 && j == i + 1))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
