using Whydrop.Capture;
using Whydrop.Case.Naming;
using Whydrop.Case.Opening;
using Whydrop.Case.Reading;
using Whydrop.Case.Rings;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp;

namespace Whydrop.Case;

/// <summary>All connections of some captures. Each is made when it is asked for: a listing of a million costs no more than the analysis itself.</summary>
public sealed class FlowListing : IDisposable
{
    private readonly List<ListedCapture> files = [];
    private readonly List<Gap> gaps = [];

    private FlowListing()
    {
    }

    /// <summary>Connections of all captures.</summary>
    public int Count { get; private set; }

    /// <summary>Captures that could be read.</summary>
    public int Captures => files.Count;

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<Gap> Gaps => gaps;

    /// <summary>Analyses captures.</summary>
    /// <param name="paths">Captures, also in folders and archives; "-" alone is standard input.</param>
    /// <param name="progress">Told now and then; null when nobody listens.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="CaseUnreadableException">A path does not exist or may not be read.</exception>
    /// <exception cref="CaptureException">The only capture cannot be read.</exception>
    public static FlowListing Read(IReadOnlyList<string> paths, IProgress<CaseProgress>? progress = null, CancellationToken cancellation = default)
    {
        var listing = new FlowListing();
        try
        {
            if (paths is ["-"])
            {
                listing.Add(new CaptureChain([new CaseEntry("standard input", [], "-", 0, ContentKind.Pcap, ContentKind.Pcap)], []), new ByteProgress(0, progress, cancellation), cancellation);
                return listing;
            }

            using var inventory = CaseInventory.Open(paths, CaseOptions.Default, cancellation);
            listing.gaps.AddRange(inventory.Gaps);
            var captures = inventory.Entries.Where(CaseLoader.IsCapture).ToList();
            var total = 0L;
            foreach (var entry in captures)
            {
                total += entry.Length;
            }

            var bytes = new ByteProgress(total, progress, cancellation);
            foreach (var chain in RingGrouping.Run(captures, cancellation))
            {
                listing.Add(chain, bytes, cancellation);
            }

            return listing;
        }
        catch
        {
            listing.Dispose();
            throw;
        }
    }

    /// <summary>The connection at a place of the listing, in the order of captures and of first frames.</summary>
    /// <param name="index">From 0, below <see cref="Count"/>.</param>
    public ListedFlow At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        var file = files.FindLast(f => f.FirstFlow <= index)!;
        var report = file.Analysis.Flow(index - file.FirstFlow);
        var flow = new TcpFlow(
            file.Places[report.Point], file.Chain.Find(new Provenance(file.Chain.First.Path, Frame: report.FirstFrame)), file.FirstCapture + report.Point, report.Index, report.Client,
            report.Server, report.Encapsulation, report.First, report.Last, report.Frames, Sender(report.FromClient, file.Chain), Sender(report.FromServer, file.Chain),
            report.Synchronised, report.HandshakeRtt);
        return new ListedFlow(flow, report.FromClient.LostSegments, report.FromServer.LostSegments);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Analysis.Dispose();
        }

        files.Clear();
        Count = 0;
    }

    private void Add(CaptureChain chain, ByteProgress bytes, CancellationToken cancellation)
    {
        var entry = chain.First;
        var told = 0L;
        TcpAnalysis analysis;
        gaps.AddRange(chain.Gaps);
        try
        {
            using var capture = entry.PhysicalPath == "-" ? CaptureFile.Open("-") : chain.Open();
            analysis = TcpAnalysis.Run(capture, progressBytes: position =>
            {
                bytes.Add(position - told, entry.Path);
                told = position;
            }, ct: cancellation);
            chain.Learn(capture);
            if (capture.Ending is { Kind: not CaptureEndingKind.Complete } ending)
            {
                gaps.Add(new Gap(VantagePoint.Unknown, chain.Find(new Provenance(entry.Path, Frame: ending.FrameNumber)), ending.Kind == CaptureEndingKind.Truncated ? GapKind.Truncated : GapKind.Malformed, ending.Reason));
            }
        }
        catch (CaptureException e) when (entry.PhysicalPath != "-")
        {
            gaps.Add(new Gap(VantagePoint.Unknown, new Provenance(entry.Path), GapKind.Unreadable, e.Message));
            return;
        }

        var place = new CapturePlace(e => PlaceName.Of(e.Folders), new HashSet<string>(StringComparer.Ordinal), new Dictionary<VantagePoint, InterfaceTable>());
        var first = files.Count == 0 ? 0 : files[^1].FirstCapture + files[^1].Places.Length;
        files.Add(new ListedCapture(chain, analysis, [.. analysis.Points.Select(p => place.Of(entry, p))], first, Count));
        Count += analysis.FlowCount;
    }

    private static TcpSender Sender(SenderReport r, CaptureChain chain) => new(
        r.Segments, r.Bytes, r.UniqueBytes, r.Retransmissions, r.Mss, r.WindowScale, r.SackPermitted, r.Timestamps, r.InitialSequence,
        r.LargestDatagram, r.LargestDelivered, r.Ttl, r.MinRtt, r.SmoothedRtt, r.Observations, r.Fin, r.ResetFrame is { } frame ? chain.Find(new Provenance(chain.First.Path, Frame: frame)) : null);

    private sealed record ListedCapture(CaptureChain Chain, TcpAnalysis Analysis, VantagePoint[] Places, int FirstCapture, int FirstFlow);
}
