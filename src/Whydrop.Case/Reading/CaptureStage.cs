using Whydrop.Capture;
using Whydrop.Case.Naming;
using Whydrop.Case.Opening;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys;
using Whydrop.Tcp;

namespace Whydrop.Case.Reading;

/// <summary>Reads the captures of a case, one thread a file, names where each was taken, and joins them into journeys.</summary>
/// <param name="entries">The captures in path order; the order of the facts is the same.</param>
/// <param name="place">Says where each was taken.</param>
/// <param name="texts">What the tools of the case said: what a capture dropped, and where a packet should have come by.</param>
/// <param name="grown">How much the counters of the case grew.</param>
internal sealed class CaptureStage(
    List<CaseEntry> entries, CapturePlace place, IReadOnlyList<ReadFile> texts, IReadOnlyList<Fact> grown, ByteProgress progress, CaseOptions options, CancellationToken cancellation)
{
    /// <summary>Facts of the journeys; empty until <see cref="Run"/>.</summary>
    public IReadOnlyList<Fact> Joined { get; private set; } = [];

    public List<ReadFile> Run()
    {
        List<(CaseEntry Entry, TcpAnalysis? Analysis, Gap? Gap)> analysed =
            [.. entries.AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Clamp(options.Parallelism, 1, 64)).Select(Analyse)];
        var files = new List<ReadFile>();
        var sources = new List<JourneySource>();
        var firstCapture = 0;
        foreach (var (entry, analysis, gap) in analysed)
        {
            if (analysis is null)
            {
                files.Add(TextStage.Unread(entry, place.Of(entry), gap!.Kind, gap.Reason));
                continue;
            }

            sources.Add(new JourneySource(entry.Path, () => CaptureFile.Open(entry.PhysicalPath), firstCapture));
            files.Add(Facts(entry, analysis, firstCapture));
            firstCapture += analysis.Points.Count;
        }

        // One capture may hold a connection twice: before and after NAT or a tunnel on the same device.
        if (sources.Count > 0)
        {
            var facts = CaptureDrops.Apply([.. texts.Concat(files).SelectMany(f => f.Facts), .. grown]);
            Joined = JourneyJoin.Run(sources, new FactSet(facts), out var revisions, cancellation);
            files = [.. files.Select(f => f with { Facts = FateRevision.Apply(f.Facts, revisions) })];
        }

        return files;
    }

    private (CaseEntry Entry, TcpAnalysis? Analysis, Gap? Gap) Analyse(CaseEntry entry)
    {
        try
        {
            using var file = CaptureFile.Open(entry.PhysicalPath);
            var told = 0L;
            var analysis = TcpAnalysis.Run(file, new TcpAnalysisOptions(), position => Tell(position, ref told, entry), cancellation);
            Tell(Math.Max(entry.Length, told), ref told, entry);
            return (entry, analysis, null);
        }
        catch (CaptureException e)
        {
            return (entry, null, new Gap(VantagePoint.Unknown, new Provenance(entry.Path), GapKind.Unreadable, e.Message));
        }
    }

    private void Tell(long position, ref long told, CaseEntry entry)
    {
        progress.Add(position - told, entry.Path);
        told = position;
    }

    private ReadFile Facts(CaseEntry entry, TcpAnalysis analysis, int firstCapture)
    {
        var at = place.Of(entry);
        var places = new List<VantagePoint>();
        using var disposed = analysis;
        var facts = analysis.Facts(entry.Path, firstCapture, point =>
        {
            var here = place.Of(entry, point);
            places.Add(here);
            return here;
        }).ToList();
        var frames = facts.OfType<CaptureSummary>().Sum(c => c.Frames);
        var distinct = places.Distinct().ToList();
        return new ReadFile(entry, CaseFileKind.Capture, distinct is [var one] ? one : at, facts, $"{entry.Inner.ToString().ToLowerInvariant()}, {frames} frames, {facts.OfType<TcpFlow>().Count()} TCP connections");
    }
}
