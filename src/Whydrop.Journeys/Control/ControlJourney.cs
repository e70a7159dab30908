using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Paths;
using Whydrop.Journeys.Placement;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Control;

/// <summary>One direction of one connection: which of the segments that open and end it did not arrive, and which were not sent by whom they claim.</summary>
internal sealed class ControlJourney
{
    /// <summary>More of one direction of one connection are a flood, and each says the same.</summary>
    private const int MostFacts = 64;

    private readonly Connection connection;
    private readonly ControlStop[] stops;
    private readonly ControlMatching?[,] seen;
    private readonly SilentStops?[,] silent;
    private readonly Ways ways;
    private readonly AbsenceProof absence;
    private readonly Bystanders bystanders;
    private readonly IReadOnlyDictionary<(int Capture, long Frame), int> transmissions;

    /// <summary>Follows them.</summary>
    /// <param name="chain">Sightings from the sender to the receiver.</param>
    /// <param name="fromClient">Direction in the words of the connection.</param>
    /// <param name="transmissions">Numbers that the first reading gave to transmissions, by frame.</param>
    public ControlJourney(
        Connection connection, Sighting[] chain, bool fromClient, ClockTable clocks, AbsenceProof absence, Ways ways,
        Bystanders bystanders, IReadOnlyDictionary<(int Capture, long Frame), int> transmissions)
    {
        (this.connection, this.ways, this.absence, this.bystanders) = (connection, ways, absence, bystanders);
        this.transmissions = transmissions;
        stops = [.. chain.Select(s => new ControlStop(s, fromClient != connection.IsSwapped(s)))];
        silent = new SilentStops?[stops.Length, 2];
        seen = new ControlMatching?[stops.Length, stops.Length];
        for (var i = 0; i < stops.Length; i++)
        {
            for (var j = i + 1; j < stops.Length; j++)
            {
                if (stops[i].Records.Count > 0 && stops[j].Records.Count > 0)
                {
                    seen[i, j] = new ControlMatching(stops[i], stops[j], Shift(i, j), clocks);
                }
            }
        }
    }

    /// <summary>The facts.</summary>
    public IEnumerable<Fact> Facts()
    {
        var count = 0;
        for (var i = 0; i < stops.Length; i++)
        {
            for (var n = 0; n < stops[i].Records.Count; n++)
            {
                foreach (var fact in new Fact?[] { Placement(i, n), Birth(i, n) })
                {
                    if (fact is not null && ++count <= MostFacts)
                    {
                        yield return fact;
                    }
                }
            }
        }

        if (count > MostFacts)
        {
            var flow = stops[0].Sighting.Flow;
            yield return new Gap(flow.At, flow.From, GapKind.Limited,
                $"{count - MostFacts} more segments that open or end the connection {flow.Client} to {flow.Server} are not placed one by one");
        }
    }

    private uint Shift(int i, int j) =>
        connection.Match(stops[i].Sighting, stops[j].Sighting)?.Shift(stops[i].FromClient) ?? 0;

    private ControlPlacement? Placement(int i, int n)
    {
        var (stop, record) = (stops[i], stops[i].Records[n]);
        var later = Enumerable.Range(i + 1, stops.Length - i - 1).ToArray();
        if (Array.Exists(later, j => seen[i, j]?.Seen(n) == true))
        {
            return null;
        }

        var passed = Array.FindAll(later, j => Shared(i, j).Length > 0);
        var answered = stop.Answered(record);
        if (answered == true && !Array.Exists(later, j => SentAgainAndSeen(i, n, j)))
        {
            // It arrived by a way that these captures do not show.
            return null;
        }

        var expected = passed.Length > 0
            ? passed.Select(j => Judged(i, n, j, upstream: false))
            : Unseen(i, n, later, upstream: false);
        return MissingStop.Nearest(expected) is not { } missing || (answered is null && !missing.Proven) ? null
            : new ControlPlacement(
                stop.At, new Provenance(stop.Sighting.Flow.From.Source, Frame: Of(i, n).Frame), stop.Capture, stop.Sighting.FlowNumber,
                stop.FromClient, record.Kind, Of(i, n).Sequence, Transmission(stop, record), missing.At, missing.Capture, missing.Flow,
                missing.Proven, missing.Reason, new Timestamp(Of(i, n).UnixNanoseconds));
    }

    private ControlBirth? Birth(int i, int n)
    {
        var (stop, record) = (stops[i], stops[i].Records[n]);
        var earlier = Enumerable.Range(0, i).Reverse().ToArray();
        // A FIN is only held against places that saw the connection; a RST also answers what its claimed sender never heard of.
        if (!(record.Kind == ControlKind.Reset || (record.Kind == ControlKind.Fin && i > 0)) || Array.Exists(earlier, k => seen[k, i]?.Came(n) == true))
        {
            return null;
        }

        var passed = Array.FindAll(earlier, k => Shared(k, i).Length > 0);
        var expected = passed.Length > 0
            ? passed.Select(k => Judged(i, n, k, upstream: true))
            : Unseen(i, n, earlier, upstream: true);
        return MissingStop.Nearest(expected) is not { } missing ? null
            : new ControlBirth(
                stop.At, new Provenance(stop.Sighting.Flow.From.Source, Frame: Of(i, n).Frame), stop.Capture, stop.Sighting.FlowNumber,
                stop.FromClient, record.Kind, Of(i, n).Sequence, missing.At, missing.Capture, missing.Proven, missing.Reason,
                new Timestamp(Of(i, n).UnixNanoseconds));
    }

    private ref readonly SegmentRecord Of(int i, int n) => ref stops[i].Trail[stops[i].Records[n].Index];

    /// <summary>Segments of the direction that both places saw.</summary>
    private IndexPair[] Shared(int i, int j) =>
        connection.Match(stops[i].Sighting, stops[j].Sighting)?.Matches(stops[i].FromClient) ?? [];

    private bool SentAgainAndSeen(int i, int n, int j, bool laterOnly = false)
    {
        var record = stops[i].Records[n];
        return seen[i, j] is { } matching && stops[i].Records.Index().Any(r =>
            (laterOnly ? r.Index > n : r.Index != n) && r.Item.Kind == record.Kind && r.Item.Position == record.Position && matching.Seen(r.Index));
    }

    /// <summary>A place of this connection that saw others of the direction.</summary>
    private MissingStop Judged(int i, int n, int other, bool upstream)
    {
        var (stop, to) = (stops[i], stops[other]);
        var index = stop.Records[n].Index;
        var pairs = upstream ? Array.ConvertAll(Shared(other, i), p => p.B) : Array.ConvertAll(Shared(i, other), p => p.A);
        var (before, after) = (pairs.Count(p => p < index), pairs.Count(p => p > index));
        var doubtful = !upstream && seen[i, other]?.IsDoubtful(n) == true;
        var (proven, reason) = doubtful
            ? (false, $"one like it was seen at {to.At}, and nothing tells which of them it was")
            : absence.Judge(stop.Sighting, Of(i, n).UnixNanoseconds, to.Sighting, before, after, laterSeen: upstream ? after > 0 : SentAgainAndSeen(i, n, other, laterOnly: true), upstream);
        return new MissingStop(to.At, to.Capture, to.Sighting.FlowNumber, to.Sighting.Encapsulation == stop.Sighting.Encapsulation, proven, reason);
    }

    /// <summary>Places that saw nothing of the direction, or nothing of the connection at all.</summary>
    private IEnumerable<MissingStop> Unseen(int i, int n, int[] own, bool upstream)
    {
        var known = silent[i, upstream ? 1 : 0] ??= new SilentStops(
            connection, stops[i].Sighting, stops[i].FromClient, own.Select(j => stops[j].Sighting), upstream, ways, absence, bystanders);
        return known.Missing(Of(i, n).UnixNanoseconds);
    }

    private int Transmission(ControlStop stop, in ControlRecord record) =>
        transmissions.TryGetValue((stop.Capture, stop.Trail[record.Index].Frame), out var number) ? number : record.Transmission;
}
