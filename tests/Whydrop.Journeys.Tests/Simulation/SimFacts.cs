using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>Reads simulated captures as a case is read: each analysed by itself, then all joined.</summary>
public static class SimFacts
{
    [ThreadStatic]
    private static long allocated;

    [ThreadStatic]
    private static int recordings;

    public static IReadOnlyList<Fact> Join(params SimCapture[] captures) => Join(out _, captures);

    public static IReadOnlyList<Fact> Join(out FactSet first, params SimCapture[] captures) => Join([], out first, captures);

    /// <param name="known">Facts of other tools.</param>
    public static IReadOnlyList<Fact> Join(IReadOnlyList<Fact> known, params SimCapture[] captures) => Join(known, out _, captures);

    public static IReadOnlyList<Fact> Join(IReadOnlyList<Fact> known, out FactSet first, params SimCapture[] captures) =>
        Join(known, Following.Troubled, out first, captures);

    /// <summary>With every connection, as the journeys command follows them.</summary>
    public static IReadOnlyList<Fact> JoinAll(params SimCapture[] captures) => JoinAll(s => s, captures);

    /// <param name="known">Facts of other tools.</param>
    public static IReadOnlyList<Fact> JoinAll(IReadOnlyList<Fact> known, params SimCapture[] captures) => Join(known, Following.All, out _, captures);

    /// <param name="told">What each capture says of itself, changed.</param>
    public static IReadOnlyList<Fact> JoinAll(Func<CaptureSummary, CaptureSummary> told, params SimCapture[] captures) => Join([], Following.All, out _, captures, told);

    /// <param name="mostRecords">Segments kept at a time.</param>
    public static IReadOnlyList<Fact> JoinAll(long mostRecords, params SimCapture[] captures) => Join([], Following.All, out _, captures, mostRecords: mostRecords);

    /// <param name="traced">Bytes whose journeys are asked for.</param>
    public static IReadOnlyList<Fact> JoinAll(TracedRange traced, params SimCapture[] captures) => Join([], Following.All, out _, captures, traced: traced);

    /// <summary>As the journeys command does: connections to which nothing happened have no fact, and are told together.</summary>
    public static IReadOnlyList<Fact> JoinSummed(params SimCapture[] captures) => Join([], Following.Summed, out _, captures);

    /// <summary>As a diagnosis does.</summary>
    /// <param name="mostClean">Most connections of each capture without anything unusual that have a fact.</param>
    /// <param name="first">Facts of the captures.</param>
    public static IReadOnlyList<Fact> JoinTroubled(int mostClean, out FactSet first, params SimCapture[] captures) => Join([], Following.Troubled, out first, captures, mostClean: mostClean);

    /// <summary>As the journeys command does, with the segments that the first reading recorded.</summary>
    /// <param name="recorded">Of how many captures there was a record.</param>
    public static IReadOnlyList<Fact> JoinRecorded(Following following, SegmentAllowance allowance, out int recorded, params SimCapture[] captures)
    {
        var facts = Join([], following, out _, captures, recording: allowance);
        recorded = recordings;
        return facts;
    }

    /// <summary>The same with second readings only.</summary>
    public static IReadOnlyList<Fact> JoinReadAgain(Following following, params SimCapture[] captures) => Join([], following, out _, captures);

    /// <summary>Managed bytes that the join takes.</summary>
    public static long Allocated(params SimCapture[] captures)
    {
        _ = JoinSummed(captures);
        return allocated;
    }

    private static IReadOnlyList<Fact> Join(
        IReadOnlyList<Fact> known, Following following, out FactSet first, SimCapture[] captures, Func<CaptureSummary, CaptureSummary>? told = null, long mostRecords = 6_000_000, TracedRange? traced = null, SegmentAllowance? recording = null, int mostClean = 10_000)
    {
        var sources = new List<JourneySource>();
        var facts = new List<Fact>();
        var analyses = new List<TcpAnalysis>();
        var firstCapture = 0;
        foreach (var capture in captures)
        {
            var bytes = capture.ToFile();
            using var file = CaptureFile.Open(new MemoryStream(bytes), capture.Name);
            var analysis = TcpAnalysis.Run(file, new TcpAnalysisOptions { Recording = recording, MostCleanFlows = mostClean });
            analyses.Add(analysis);
            CleanFlows? clean = null;
            var own = following == Following.All
                ? analysis.Facts(capture.Name, firstCapture, point => Place(capture, point))
                : analysis.Facts(capture.Name, firstCapture, point => Place(capture, point), clean: following == Following.Troubled, 10_000, out clean);
            facts.AddRange(own.Select(f => WithDrops(f, capture)).Select(f => told is not null && f is CaptureSummary s ? told(s) : f));
            sources.Add(new JourneySource(capture.Name, () => CaptureFile.Open(new MemoryStream(bytes), capture.Name), firstCapture) { Clean = clean, Segments = analysis.Segments });
            firstCapture += analysis.Points.Count;
        }

        recordings = sources.Count(s => s.Segments is not null);
        first = new FactSet(facts.Concat(known));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var joined = JourneyJoin.Run(sources, first, following, traced, mostRecords, out var revisions, CancellationToken.None);
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        first = new FactSet(FateRevision.Apply(first.All, revisions));
        analyses.ForEach(a => a.Dispose());
        return joined;
    }

    public static IEnumerable<SegmentPlacement> Placements(this IReadOnlyList<Fact> facts) => facts.OfType<SegmentPlacement>();

    public static IEnumerable<ControlPlacement> Controls(this IReadOnlyList<Fact> facts) => facts.OfType<ControlPlacement>();

    public static IEnumerable<ControlBirth> Births(this IReadOnlyList<Fact> facts) => facts.OfType<ControlBirth>();

    private static VantagePoint Place(SimCapture capture, CapturePoint point) => new(
        capture.Node, null, point.LinkInterfaceIndex is { } index ? $"if{index}" : capture.Interfaces.Count > 0 ? point.Name : capture.Interface);

    private static Fact WithDrops(Fact fact, SimCapture capture) =>
        fact is CaptureSummary summary ? summary with { KernelDrops = capture.KernelDrops, GroupMessages = capture.GroupMessages } : fact;
}
