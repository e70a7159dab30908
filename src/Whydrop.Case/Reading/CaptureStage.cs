using Whydrop.Capture;
using Whydrop.Case.Naming;
using Whydrop.Case.Opening;
using Whydrop.Case.Rings;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys;
using Whydrop.Tcp;

namespace Whydrop.Case.Reading;

/// <summary>Reads the captures of a case, one thread a capture, names where each was taken, and joins them into journeys. The files of a ring are one capture.</summary>
/// <param name="entries">The captures in path order; the order of the facts is the same.</param>
/// <param name="place">Says where each was taken.</param>
/// <param name="texts">What the tools of the case said: what a capture dropped, and where a packet should have come by.</param>
/// <param name="grown">How much the counters of the case grew.</param>
internal sealed class CaptureStage(
    List<CaseEntry> entries, CapturePlace place, IReadOnlyList<ReadFile> texts, IReadOnlyList<Fact> grown, ByteProgress progress, CaseOptions options, CancellationToken cancellation)
{
    /// <summary>
    /// Connections without anything unusual that are looked at in other captures: about half a kilobyte each while all are joined, so 300 MB in the whole case.
    /// </summary>
    private const int MostFollowed = 600_000;

    /// <summary>Facts of the journeys; empty until <see cref="Run"/>.</summary>
    public IReadOnlyList<Fact> Joined { get; private set; } = [];

    public List<ReadFile> Run()
    {
        var chains = RingGrouping.Run(entries, cancellation);
        var details = new TcpAnalysisOptions();
        if (options.Following != Following.Troubled && chains.Count > 0)
        {
            details = details with { MostCleanFlows = MostUntold(chains.Count), Recording = new SegmentAllowance(JourneyJoin.MostRecords) { Folder = options.TemporaryFolder }, TimesApplications = false };
        }

        List<(CaptureChain Chain, TcpAnalysis? Analysis, Gap? Gap)> analysed =
            [.. chains.AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Clamp(options.Parallelism, 1, 64)).Select(c => Analyse(c, details))];
        try
        {
            return Join(analysed);
        }
        finally
        {
            analysed.ForEach(a => a.Analysis?.Dispose());
        }
    }

    private static int MostUntold(int captures) => Math.Max(new TcpAnalysisOptions().MostCleanFlows, MostFollowed / Math.Max(1, captures));

    private List<ReadFile> Join(List<(CaptureChain Chain, TcpAnalysis? Analysis, Gap? Gap)> analysed)
    {
        var chains = analysed.ConvertAll(a => a.Chain);
        var files = new List<ReadFile>();
        var sources = new List<JourneySource>();
        var firstCapture = 0;
        // A diagnosis of one capture has nowhere else to look.
        var mostUntold = options.Following == Following.All || (options.Following == Following.Troubled && analysed.Sum(a => a.Analysis?.Points.Count ?? 0) == 1) ? 0 : MostUntold(chains.Count);
        foreach (var (chain, analysis, gap) in analysed)
        {
            if (analysis is null)
            {
                files.AddRange(chain.Entries.Select(e => TextStage.Unread(e, place.Of(e), gap!.Kind, gap.Reason)));
                continue;
            }

            files.AddRange(Facts(chain, analysis, firstCapture, mostUntold, out var untold));
            sources.Add(new JourneySource(chain.First.Path, chain.Open, firstCapture) { Clean = untold, Segments = analysis.Segments });
            firstCapture += analysis.Points.Count;
            if (untold is null)
            {
                analysis.Dispose();
            }
            else
            {
                analysis.ReleaseDetails();
            }
        }

        // One capture may hold a connection twice: before and after NAT or a tunnel on the same device.
        if (sources.Count > 0)
        {
            var facts = CaptureDrops.Apply([.. texts.Concat(files).SelectMany(f => f.Facts), .. grown]);
            var joined = JourneyJoin.Run(sources, new FactSet(facts), options.Following, options.Traced, out var revisions, cancellation);
            sources.ForEach(s => s.Segments?.Dispose());
            Joined = RingFrames.Apply([.. joined.Where(f => f is not TcpFlow)], chains);
            var flows = joined.OfType<TcpFlow>().ToLookup(f => f.From.Source, StringComparer.Ordinal);
            files = [.. files.Select(f => f with { Facts = RingFrames.Apply(FateRevision.Apply(With(f.Facts, flows[f.Entry.Path]), revisions), chains) })];
        }

        return files;
    }

    private (CaptureChain Chain, TcpAnalysis? Analysis, Gap? Gap) Analyse(CaptureChain chain, TcpAnalysisOptions details)
    {
        try
        {
            using var file = chain.Open();
            var told = 0L;
            var analysis = TcpAnalysis.Run(file, details, position => Tell(position, ref told, chain), cancellation);
            chain.Learn(file);
            Tell(Math.Max(chain.Length, told), ref told, chain);
            return (chain, analysis, null);
        }
        catch (CaptureException e)
        {
            return (chain, null, new Gap(VantagePoint.Unknown, new Provenance(chain.First.Path), GapKind.Unreadable, e.Message));
        }
    }

    private void Tell(long position, ref long told, CaptureChain chain)
    {
        progress.Add(position - told, chain.First.Path);
        told = position;
    }

    /// <summary>Puts connections that the join told among those that the capture told.</summary>
    private static IReadOnlyList<Fact> With(IReadOnlyList<Fact> facts, IEnumerable<TcpFlow> flows) => !flows.Any() ? facts :
    [
        .. facts.OfType<CaptureSummary>(),
        .. facts.OfType<TcpFlow>().Concat(flows).OrderBy(f => f.Flow),
        .. facts.Where(f => f is not (CaptureSummary or TcpFlow)),
    ];

    private List<ReadFile> Facts(CaptureChain chain, TcpAnalysis analysis, int firstCapture, int mostUntold, out CleanFlows? untold)
    {
        var entry = chain.First;
        var at = place.Of(entry);
        var places = new List<VantagePoint>();
        VantagePoint Place(CapturePoint point)
        {
            var here = place.Of(entry, point);
            places.Add(here);
            return here;
        }

        untold = null;
        var told = mostUntold == 0 ? analysis.Facts(entry.Path, firstCapture, Place)
            : analysis.Facts(entry.Path, firstCapture, Place, clean: options.Following == Following.Troubled, mostUntold, out untold);
        List<Fact> facts = [.. told.Select(f => chain.Ring is { } ring && f is CaptureSummary summary ? summary with { Ring = ring.Path } : f), .. chain.Gaps];
        var frames = facts.OfType<CaptureSummary>().Sum(c => c.Frames);
        var distinct = places.Distinct().ToList();
        at = distinct is [var one] ? one : at;
        var format = entry.Inner.ToString().ToLowerInvariant();
        var all = chain.Entries.Count > 1 ? $" in {chain.Entries.Count} files of one ring" : "";
        var connections = facts.OfType<TcpFlow>().Count() + (untold?.Count ?? 0);
        return
        [
            new ReadFile(entry, CaseFileKind.Capture, at, facts, $"{format}, {frames} frames, {connections} TCP connections{all}"),
            .. chain.Entries.Index().Skip(1).Select(f => new ReadFile(f.Item, CaseFileKind.Capture, at, [], $"{format}, file {f.Index + 1} of the ring that begins with {entry.Name}")),
        ];
    }
}
