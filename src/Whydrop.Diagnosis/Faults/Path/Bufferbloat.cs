using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>A queue that is too long stands in front of a bottleneck: nothing is lost, everything is late.</summary>
internal sealed class Bufferbloat : FaultOf<Bufferbloat.Standing>
{
    public override string Id => "bufferbloat";

    public override string Name => "Standing queue (bufferbloat)";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "Answers become slow while something large is transferred, time-outs without much loss; idle, all is fast.";

    public override string Mechanism =>
        "A bottleneck has a queue much longer than the path needs. TCP fills it, since nothing is dropped; whatever goes the same way waits behind, for the queue's bytes divided by the rate.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-slow-response", "There the time passes in the server, not on the way."),
        new("burst-loss-congestion", "There the queue is full and drops."),
    ];

    public override string Remedy => "A discipline that keeps the queue short (fq_codel, CAKE) at the bottleneck, or a shorter limit; a sender that does not fill queues (BBR, pacing).";

    public override string Verify => "The round trip under load stays within some milliseconds of the idle one; tc -s qdisc shows little backlog.";

    public override IReadOnlyList<string> References => ["RFC 8289 (CoDel: 5 ms target, 100 ms interval)", "RFC 7567", "RFC 8290 (fq_codel)"];

    protected override IEnumerable<QuestionOf<Standing>> Ask() =>
    [
        new("Did segments wait, most of them, far longer than the shortest trip?", Quantifier.Any, QuestionRole.Signature, Waits),
        new("Does the wait hold many segments at the rate that passed?", Quantifier.Any, QuestionRole.Signature, Holds),
        new("Was it seen from one side of the queue to the other?", Quantifier.Any, QuestionRole.Mechanism, Across),
        new("Is nothing lost there?", Quantifier.All, QuestionRole.Discriminator, NothingLost, "burst-loss-congestion"),
        new("Does a queue of a device there hold as much?", Quantifier.Any, QuestionRole.Support, Backlog),
    ];

    protected override IEnumerable<Standing> Propose(CaseView view)
    {
        var hops = view.Facts.Of<HopSummary>().Where(h => h is { MinDelay: not null, MedianDelay: not null } && Outlasts(h.SegmentsIn, h.BytesOut))
            .GroupBy(h => (h.At, h.OtherAt, h.FromClient)).Select(g => new Standing(view, [.. g])).ToArray();
        var placed = hops.Where(h => h.Wait >= Noticed).ToArray();
        return Array.Exists(placed, IsStanding) ? placed : placed.Concat(RoundTrips(view, measured: hops.Length > 0 && placed.Length == 0).Where(r => r.Wait >= Noticed));
    }

    /// <summary>
    /// The round trip to one address includes the way back and the receiver: enough to suspect. Where the receiver's own capture is compared with those before it and no
    /// segment waits between them, none waits on the way.
    /// </summary>
    private static IEnumerable<Standing> RoundTrips(CaseView view, bool measured) => view.Trails.Where(t => t.Flows.Count > 0).SelectMany(t => new[] { t.ToServer, t.ToClient })
        .Where(d => !(measured && EndsAtReceiver(view, d)))
        .Select(d => (Key: view.Connections.NearestToSender(d), Direction: d))
        .Select(d => (Flow: view.Flow(d.Key), FromClient: view.Connections.FromClient(d.Key, d.Direction)))
        .Where(f => f.Flow is not null).Select(f => (Flow: f.Flow!, Sender: f.FromClient ? f.Flow!.FromClient : f.Flow!.FromServer, To: f.FromClient ? f.Flow.Server.Address : f.Flow.Client.Address))
        .Where(f => f.Sender is { MinRtt: not null, SmoothedRtt: not null } && Outlasts(f.Sender.Segments, f.Sender.Bytes))
        .GroupBy(f => (f.Flow.Capture, f.To)).Select(g => new Standing(view, [.. g.Select(f => (f.Flow, f.Sender))]));

    private static bool EndsAtReceiver(CaseView view, DirectionKey direction) => view.Connections.FromSender(direction) is [_, .., var last]
        && view.Stacks.End(direction.Connection, direction != view.Trails[direction.Connection].ToServer) is { Proven: true } end && view.Flow(last)?.At.Stack == end.At;

    protected override string Summarise(Standing s) =>
        string.Create(null, $"Segments wait {s.Wait.TotalMilliseconds:0} ms {s.Place}, where the shortest trip takes {s.Least.TotalMilliseconds:0.0} ms: {s.Bytes / 1024:0} KiB stand in line, and nothing is lost.");

    protected override IEnumerable<NextEvidence> Next(Standing s)
    {
        if (!s.Placed)
        {
            yield return new NextEvidence(
                VantagePoint.Unknown, "timeout 60 tcpdump -ni DEVICE -s 128 -w NODE-DEVICE.pcap tcp", TimeSpan.FromSeconds(60), "at both nodes at the same time: between which two places the time passes");
            yield return new NextEvidence(VantagePoint.Unknown, "tc -s qdisc show", null, "under load: which queue has a backlog");
        }
    }

    // Slow start alone queues for a moment; a hundred segments outlast it, or as many bytes in larger ones.
    private const long LeastSegments = 100;

    private static bool Outlasts(long segments, long bytes) => segments >= LeastSegments || bytes >= LeastSegments * Datagram;

    // RFC 8289: 5 ms of standing queue are tolerable. Ten times that, at the median, is a queue that stands; below four times it is not told from hosts that are busy.
    private static readonly TimeSpan Standing50 = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Noticed = TimeSpan.FromMilliseconds(20);
    private const double TimesLeast = 5;
    private const double Datagram = 1500;
    private const double Line = 16;

    private static bool IsStanding(Standing s) => s.Wait >= Standing50 && s.Wait >= TimesLeast * s.Least;

    private static IEnumerable<Sighting> Waits(Standing s)
    {
        var text = string.Create(null, $"{s.Wait.TotalMilliseconds:0.0} ms at the median above {s.Least.TotalMilliseconds:0.00} ms {s.Place}");
        yield return IsStanding(s) ? Sighting.Of(true, text, s.From) : Sighting.Unknown(text, s.From);
    }

    private static IEnumerable<Sighting> Holds(Standing s)
    {
        var text = string.Create(null, $"{s.Bytes / Datagram:0} datagrams");
        yield return s.Bytes >= Line * Datagram ? Sighting.Of(true, text, s.From) : Sighting.Unknown(text, s.From);
    }

    private static IEnumerable<Sighting> Across(Standing s) => s.Placed ? [Sighting.Of(true, $"from {s.Before} to {s.Behind}", s.From)] : [];

    private static IEnumerable<Sighting> NothingLost(Standing s)
    {
        // All that were counted, also those without a fact of their own; where nobody counted, none is known to be lost, nor not to be.
        var lost = s.View.LostSegments - s.View.Benign.Count;
        yield return lost <= 0 && s.View.Facts.Of<FateTally>().Count == 0 ? Sighting.Unknown("losses were not counted")
            : lost <= 0 ? Sighting.Of(true, "no segment is") : s.Placed && s.LostThere == 0 ? Sighting.Of(true, "no segment is, there") : Sighting.Of(false, $"{(s.Placed ? s.LostThere : lost)} are", s.From);
    }

    private static IEnumerable<Sighting> Backlog(Standing s) => s.View.Facts.Of<QueueDiscipline>()
        .Where(q => s.Behind is { } behind ? q.At == behind || q.At == s.Before : true).Where(q => q.Backlog >= Line * Datagram)
        .Select(q => Sighting.Of(true, $"{q.Kind} of {q.At}: backlog {q.Backlog} bytes", q.From));

    /// <summary>Where segments wait.</summary>
    internal sealed class Standing : Hypothesis
    {
        internal Standing(CaseView view, IReadOnlyList<HopSummary> hops)
            : base(view, Scope.Of(hops[0].At.Node == hops[0].OtherAt.Node ? hops[0].OtherAt : hops[0].At))
        {
            (Before, Behind, From) = (hops[0].At, hops[0].OtherAt, hops[0].From);
            Least = hops.Min(h => h.MinDelay!.Value);
            Wait = Middle([.. hops.Select(h => h.MedianDelay!.Value)]) - Least;
            LostThere = hops.Sum(h => h.Lost);
            Bytes = Rate(view, hops.Select(h => (h.Capture, h.Flow)), hops.Sum(h => h.BytesOut)) * Wait.TotalSeconds;
            Covered = hops.Select(h => view.Connections.Direction(new FlowKey(h.Capture, h.Flow), h.FromClient).Connection).ToHashSet();
        }

        internal Standing(CaseView view, IReadOnlyList<(TcpFlow Flow, TcpSender Sender)> flows)
            : base(view, Scope.Unplaced)
        {
            From = flows[0].Flow.From;
            Least = flows.Min(f => f.Sender.MinRtt!.Value);
            Wait = Middle([.. flows.Select(f => f.Sender.SmoothedRtt!.Value)]) - Least;
            Bytes = Rate(view, flows.Select(f => (f.Flow.Capture, f.Flow.Flow)), flows.Sum(f => f.Sender.Bytes)) * Wait.TotalSeconds;
            Covered = flows.Select(f => view.Connections.Direction(new FlowKey(f.Flow.Capture, f.Flow.Flow), true).Connection).ToHashSet();
        }

        internal VantagePoint? Before { get; }

        internal VantagePoint? Behind { get; }

        internal Provenance From { get; }

        /// <summary>Shortest trip.</summary>
        internal TimeSpan Least { get; }

        /// <summary>What most segments take longer.</summary>
        internal TimeSpan Wait { get; }

        /// <summary>What stood in line, bytes.</summary>
        internal double Bytes { get; }

        internal long LostThere { get; }

        internal override bool Placed => Before is not null;

        internal override IReadOnlySet<int> Connections => Covered;

        internal string Place => Before is { } b ? $"between {b} and {Behind}" : "somewhere on their round trip";

        private HashSet<int> Covered { get; }

        private static TimeSpan Middle(TimeSpan[] times) => times.Order().ElementAt(times.Length / 2);

        private static double Rate(CaseView view, IEnumerable<(int Capture, int Flow)> keys, long bytes)
        {
            var flows = keys.Select(k => view.Flow(new FlowKey(k.Capture, k.Flow))).OfType<TcpFlow>().ToArray();
            return flows.Length > 0 && (flows.Max(f => f.Last) - flows.Min(f => f.First)).TotalSeconds is > 0 and var seconds ? bytes / seconds : 0;
        }
    }
}
