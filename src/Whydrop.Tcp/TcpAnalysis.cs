using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Fates;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp;

/// <summary>
/// The connections of one capture file, what was observed on each, and what became of every transmission, judged at each capture point
/// by itself. Memory grows with connections and anomalies, not with packets.
/// </summary>
public sealed class TcpAnalysis : IDisposable
{
    private readonly CaptureFile file;
    private readonly TcpAnalysisOptions options;
    private readonly FlowEngine engine;
    private readonly AddressBook addresses = new();
    private readonly EncapsulationBook encapsulations = new();
    private readonly OtherFrames others;
    private readonly PointBook points;
    private readonly FlowReports reports;

    private TcpAnalysis(CaptureFile file, TcpAnalysisOptions options)
    {
        this.file = file;
        this.options = options;
        points = new PointBook(file);
        var paths = new PathMtus(addresses);
        engine = new FlowEngine(options, points.Points);
        engine.Ledger.Book.Paths = paths;
        others = new OtherFrames(options.MostIcmpErrors, paths, engine.Loops);
        reports = new FlowReports(engine, addresses, encapsulations);
    }

    /// <summary>Where the frames were taken: one per interface of the file, for SLL2 one per interface index.</summary>
    public IReadOnlyList<CapturePoint> Points => [.. points.Points.Select(p => p.Point)];

    /// <summary>How the file ended; null only when it was not read to an end.</summary>
    public CaptureEnding? Ending => file.Ending;

    /// <summary>Connections, in the order of their first frames.</summary>
    public int FlowCount => engine.Table.Count;

    /// <summary>
    /// Every segment, when they were to be recorded and there was room (<see cref="TcpAnalysisOptions.Recording"/>); null also when a frame was left out of its
    /// connection: a copy, a fragment, a damaged one.
    /// </summary>
    public RecordedSegments? Segments { get; private set; }

    /// <summary>Reads a capture to its end and analyses it.</summary>
    /// <param name="file">An open capture; it is not closed.</param>
    /// <param name="options">Limits of the details; null for the defaults.</param>
    /// <param name="progressBytes">Called now and then with the bytes of the file used so far.</param>
    /// <param name="ct">Ends the reading early with <see cref="OperationCanceledException"/>.</param>
    public static TcpAnalysis Run(CaptureFile file, TcpAnalysisOptions? options = null, Action<long>? progressBytes = null, CancellationToken ct = default)
    {
        const int batchesPerReport = 512;
        var analysis = new TcpAnalysis(file, options ?? new TcpAnalysisOptions());
        var loop = new PacketLoop(analysis.engine, analysis.points, analysis.addresses, analysis.encapsulations, analysis.others);
        using var batch = new FrameBatch();
        for (long n = 1; file.Read(batch); n++)
        {
            loop.Take(batch);
            if (n % batchesPerReport == 0)
            {
                ct.ThrowIfCancellationRequested();
                progressBytes?.Invoke(file.Position);
            }
        }

        analysis.points.AddSilentInterfaces();
        foreach (var point in analysis.points.Points)
        {
            point.Point.Frames = point.Frames;
        }

        new EndOfCapture(analysis.engine).Finish();
        analysis.Segments = analysis.engine.FinishLog();
        progressBytes?.Invoke(file.Position);
        return analysis;
    }

    /// <summary>The figures of one connection, made on demand.</summary>
    /// <param name="index">From 0, below <see cref="FlowCount"/>.</param>
    public FlowReport Flow(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, FlowCount);
        return reports.Of(index);
    }

    /// <summary>Everything that was seen, as facts. May be asked for more than once, with different names.</summary>
    /// <param name="source">Name of the file inside the case, for provenance.</param>
    /// <param name="firstCapture">Number of the first point of this file among the captures of the case; the others follow.</param>
    /// <param name="vantage">Names the place of a point.</param>
    public IEnumerable<Fact> Facts(string source, int firstCapture, Func<CapturePoint, VantagePoint> vantage) =>
        Facts(source, firstCapture, vantage, out FlowFacts _).All(clean: true);

    /// <summary>The same, and the connections that nothing unusual was seen of for which there is no fact.</summary>
    /// <param name="clean">Whether some of these have one, up to <see cref="TcpAnalysisOptions.MostCleanFlows"/>.</param>
    /// <param name="mostUntold">Most of the others.</param>
    /// <param name="untold">The others.</param>
    /// <inheritdoc cref="Facts(string, int, Func{CapturePoint, VantagePoint})"/>
    public IEnumerable<Fact> Facts(string source, int firstCapture, Func<CapturePoint, VantagePoint> vantage, bool clean, int mostUntold, out CleanFlows untold)
    {
        var facts = Facts(source, firstCapture, vantage, out FlowFacts flows);
        untold = new CleanFlows(flows, firstCapture, clean ? options.MostCleanFlows : 0, mostUntold);
        return facts.All(clean);
    }

    private CaptureFacts Facts(string source, int firstCapture, Func<CapturePoint, VantagePoint> vantage, out FlowFacts flows)
    {
        VantagePoint[] at = [.. points.Points.Select(p => vantage(p.Point))];
        flows = new FlowFacts(engine, reports, options, at, source, firstCapture);
        return new CaptureFacts(engine, others, file, file.Ending, options, source, firstCapture, at, flows);
    }

    /// <summary>Lets go of all but what <see cref="CleanFlows"/> are made of; the facts must have been told.</summary>
    public void ReleaseDetails() => engine.ReleaseDetails();

    /// <inheritdoc />
    public void Dispose()
    {
        engine.Dispose();
        addresses.Dispose();
    }
}
