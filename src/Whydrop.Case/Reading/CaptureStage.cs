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
/// <param name="tables">Interface tables by network stack.</param>
/// <param name="nodes">Names of the nodes known from folders and texts.</param>
/// <param name="placeOf">Place of a file by its path and case.yaml.</param>
internal sealed class CaptureStage(
    List<CaseEntry> entries, IReadOnlyDictionary<VantagePoint, InterfaceTable> tables, IReadOnlySet<string> nodes, Func<CaseEntry, VantagePoint> placeOf,
    ByteProgress progress, CaseOptions options, CancellationToken cancellation)
{
    /// <summary>Facts of the journeys; empty until <see cref="Run"/>, and for a single capture point.</summary>
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
                files.Add(TextStage.Unread(entry, Place(entry), gap!.Kind, gap.Reason));
                continue;
            }

            sources.Add(new JourneySource(entry.Path, () => CaptureFile.Open(entry.PhysicalPath), firstCapture));
            files.Add(Facts(entry, analysis, firstCapture));
            firstCapture += analysis.Points.Count;
        }

        if (options.JoinsCaptures && firstCapture > 0)
        {
            Joined = JourneyJoin.Run(sources, new FactSet(files.SelectMany(f => f.Facts)), cancellation);
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
        var at = Place(entry);
        var places = new List<VantagePoint>();
        var facts = analysis.Facts(entry.Path, firstCapture, point =>
        {
            var place = at.Interface is not null ? at : at with { Interface = Interface(entry, at, point) };
            places.Add(place);
            return place;
        });
        var frames = facts.OfType<CaptureSummary>().Sum(c => c.Frames);
        var distinct = places.Distinct().ToList();
        return new ReadFile(entry, CaseFileKind.Capture, distinct is [var one] ? one : at, [.. facts], $"{entry.Inner.ToString().ToLowerInvariant()}, {frames} frames, {facts.OfType<TcpFlow>().Count()} TCP connections");
    }

    /// <summary>Place by folders and case.yaml; for a file at the top, a file name that begins with a node's name says the node: node3-cali12ab.pcap.</summary>
    private VantagePoint Place(CaseEntry entry)
    {
        var at = placeOf(entry);
        if (at.Node is not null)
        {
            return at;
        }

        var named = nodes.Where(n => entry.Name.StartsWith(n, StringComparison.Ordinal) && entry.Name.Length > n.Length && !char.IsAsciiLetterOrDigit(entry.Name[n.Length]))
            .MaxBy(n => n.Length);
        return named is null ? at : at with { Node = named };
    }

    /// <summary>From the file itself, else from its name, else from the addresses it holds.</summary>
    private string? Interface(CaseEntry entry, VantagePoint at, CapturePoint point)
    {
        var table = tables.GetValueOrDefault(at.Stack, InterfaceTable.Empty);
        if (point.LinkInterfaceIndex is { } index && table.ByIndex(index) is { } listed)
        {
            return listed;
        }

        if (point.Name is { Length: > 0 } own && own != "any")
        {
            return own;
        }

        return point.AnyDevice ? null : InterfaceName.In(entry.Name, table.Names) ?? table.ByAddresses(point);
    }
}
