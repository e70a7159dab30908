using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>A server that took connections, and from one moment on refused every one: whoever listened is gone. The times are of the sighting nearest to it.</summary>
/// <param name="Server">Address and port as that sighting names it.</param>
/// <param name="Alive">When it last took a connection.</param>
/// <param name="Dead">The first SYN that was refused.</param>
/// <param name="Back">The first that was taken again; null when none was.</param>
/// <param name="Refused">Attempts in between.</param>
/// <param name="Ended">Connections that were open before and had ended by then, closed by the server's kernel.</param>
/// <param name="Survived">Connections that were open before and stayed so: whoever held them lives.</param>
internal sealed record Outage(IPEndPoint Server, Timestamp Alive, Timestamp Dead, Timestamp? Back, IReadOnlyList<Attempt> Refused, IReadOnlyList<ConnectionTrail> Ended, IReadOnlyList<ConnectionTrail> Survived)
{
    // A kernel closes the sockets of a process one after the other, and its peers answer.
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(1);

    internal IEnumerable<Provenance> Evidence => Ended.Select(t => t.Flows[^1].From).Concat(Refused.Select(a => a.Refusal!.From)).Take(24);

    /// <summary>Every one of the case.</summary>
    internal static IReadOnlyList<Outage> Find(CaseView view)
    {
        var found = new List<Outage>();
        var open = view.Trails.Where(t => t.Flows.Count > 0).ToLookup(t => t.ServerThere);
        foreach (var server in view.Attempts.Where(a => a.SeenAt.Count > 0 && a.Outcome is AttemptOutcome.Established or AttemptOutcome.Refused).GroupBy(a => a.ServerThere))
        {
            var taken = open[server.Key].Where(t => server.All(a => a.Connection != t.Connection || a.Outcome != AttemptOutcome.Refused)).ToArray();
            var refused = new List<Attempt>();
            var alive = taken.Select(t => t.Flows[^1].First).Order().Cast<Timestamp?>().FirstOrDefault();
            foreach (var attempt in server.OrderBy(Tried))
            {
                if (attempt.Outcome == AttemptOutcome.Refused)
                {
                    refused.Add(attempt);
                    continue;
                }

                if (refused.Count > 0 && alive < Tried(refused[0]))
                {
                    found.Add(Of(server.Key, alive.Value, Tried(attempt), refused, taken));
                }

                (alive, refused) = (Tried(attempt), []);
            }

            if (refused.Count > 0 && alive < Tried(refused[0]))
            {
                found.Add(Of(server.Key, alive.Value, null, refused, taken));
            }
        }

        return found;
    }

    private static Outage Of(IPEndPoint server, Timestamp alive, Timestamp? back, List<Attempt> refused, ConnectionTrail[] taken)
    {
        var dead = Tried(refused[0]);
        var before = taken.Where(t => t.Flows[^1].First < dead).ToArray();
        var survived = before.Where(t => t.Flows[^1].Last > Timestamps.Add(dead, Closing) && t.Flows[^1].FromServer is { Fin: false, ResetFrame: null }).ToArray();
        return new Outage(server, alive, dead, back, refused, [.. before.Except(survived).Where(t => t.Flows[^1].FromServer is { Fin: true } or { ResetFrame: not null })], survived);
    }

    private static Timestamp Tried(Attempt a) => a.SeenAt[^1].First;
}
