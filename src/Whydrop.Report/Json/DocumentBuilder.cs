using System.Net;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Comparison;
using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Report.Flows;
using Whydrop.Report.Names;
using Whydrop.Report.Terminal;
using SegmentOutcome = Whydrop.Evidence.Capture.Fate;

namespace Whydrop.Report.Json;

/// <summary>Puts a diagnosis into the words of the contract.</summary>
internal static class DocumentBuilder
{
    public const string VerdictSchema = "whydrop.verdict/1";
    public const string FlowsSchema = "whydrop.flows/1";
    private const string CountersSchema = "whydrop.counters/1";
    private const string LayersSchema = "whydrop.layers/1";
    private const string ComparisonSchema = "whydrop.comparison/1";
    private const string CohortsSchema = "whydrop.cohorts/1";

    public static string Version { get; } = typeof(DocumentBuilder).Assembly.GetName().Version?.ToString(3) ?? "0";

    public static VerdictDocument Verdict(ReportModel model)
    {
        var d = model.Diagnosis;
        var lost = LostByFlow(model.Facts);
        var names = EndpointNames.Of(model.Facts);
        return new VerdictDocument(
            VerdictSchema, Version, model.Case, d.Outcome, d.OutcomeReason,
            [.. d.Verdicts.Select(Verdict)], Ledger(d.Ledger),
            [.. d.Artefacts.Select(a => new ArtefactElement(a.Id, a.Name, Place(a.At), a.Count, a.Text, a.Handling, Evidence(a.Evidence)))],
            [.. d.Flows.Select(f => Flow(f, names, lost.GetValueOrDefault((f.Capture, f.Flow, true)), lost.GetValueOrDefault((f.Capture, f.Flow, false))))],
            [.. d.Timeline.Select(t => new TimelineElement(t.Time.ToString(), Place(t.At), t.What, Evidence(t.From)))],
            [.. d.NextEvidence.Select(n => new NextEvidenceElement(Place(n.Where), n.Command, n.Duration?.TotalSeconds, n.Why))],
            [.. d.Gaps.Select(Gap)],
            [.. model.Files.Select(f => new FileElement(f.Path, f.Kind, f.At, f.How))])
        {
            Counters = model.CountersThatMatter is { Count: > 0 } tables ? [.. tables.Select(t => Counters(t, CounterSection.Short(t)))] : null,
            Layers = d.Layers is { } layers ? Layers(layers) : null,
        };
    }

    public static CountersDocument Counters(IEnumerable<CounterTable> tables, IEnumerable<Gap> gaps) =>
        new(CountersSchema, Version, [.. tables.Select(t => Counters(t, t.Rows))], [.. gaps.Select(Gap)]);

    public static LayersDocument Layers(LayerTable? layers, IEnumerable<Gap> gaps) => new(LayersSchema, Version, layers is null ? null : Layers(layers), [.. gaps.Select(Gap)]);

    public static ComparisonDocument Comparison(BeforeAndAfter c) => new(
        ComparisonSchema, Version, c.Cure, c.Reason, Standing(c.FaultBefore), Standing(c.FaultAfter),
        [.. c.Symptoms.Select(s => new SymptomElement(
            s.Name, s.Before, s.WatchedBefore.TotalSeconds, s.After, s.WatchedAfter.TotalSeconds, s.LoadRatio, s.MeanBetween?.TotalSeconds, s.WatchNeeded?.TotalSeconds, s.Chance, s.Cure,
            s.Reason))],
        [.. c.Counters.Select(g => new GrowthElement(g.Where, g.Name, g.Before, g.After))]);

    public static CohortsDocument Cohorts(IReadOnlyList<CohortSplit> splits, int instances) => new(
        CohortsSchema, Version, splits is [{ Separates: true }, ..] ? "separates" : "cannot-tell", instances,
        [.. splits.Select(s => new SplitElement(s.Attributes, s.Inside, s.Outside, s.RateInside, s.RateOutside, s.Separation, s.Chance, s.LeastChance))]);

    private static StandingElement? Standing(Verdict? v) => v is null ? null : new(v.Fault.Id, v.Status, v.Scope.ToString());

    private static CounterTableElement Counters(CounterTable table, IEnumerable<CounterRow> rows) => new(
        Place(table.At), table.Twice, table.Overrun?.Summary, table.Overrun is null ? null : ReceiveOverrun.NotTheBuffer,
        [.. rows.Select(r => new CounterElement(r.Name, r.Health, r.Value, r.Delta, r.Ratio, r.RatioOf, r.Healthy, r.Meaning, r.Reason, Evidence(r.From)))]);

    private static LayersElement Layers(LayerTable layers) => new(
        [.. layers.Layers.Select(Place)], [.. layers.Rows.Select(r => new LayerElement(r.Name, [.. r.Values.Select(v => v ?? "")], r.Differs, r.Matters ? r.Why : null, Evidence(r.From)))]);

    public static FlowsDocument Flows(IEnumerable<FlowRow> rows, int total, IEnumerable<Gap> gaps) =>
        new(FlowsSchema, Version, total, [.. rows.Select(r => Flow(r.Flow, EndpointNames.None, r.LostByClient, r.LostByServer))], [.. gaps.Select(Gap)]);

    public static string Fate(SegmentOutcome fate) => Wording.Of(fate) switch
    {
        "copied by the capture" => "copied",
        var words => words.Replace(' ', '-'),
    };

    private static Dictionary<(int Capture, int Flow, bool FromClient), long> LostByFlow(FactSet facts) => facts.Of<SegmentFate>()
        .Where(s => s.Fate is SegmentOutcome.LostAfter or SegmentOutcome.LostBefore)
        .GroupBy(s => (s.Capture, s.Flow, s.FromClient))
        .ToDictionary(g => g.Key, g => (long)g.Count());

    private static VerdictElement Verdict(Verdict v) => new(
        v.Fault.Id, v.Fault.Name, v.Status, new PlaceElement(v.Scope.Node, v.Scope.Netns, v.Scope.Interface), v.Summary,
        new ExplainsElement(v.Explains.Segments, v.Explains.OfSegments, v.Explains.Bytes, v.Explains.Connections, v.Explains.OfConnections),
        [.. v.Readings.Select(r => new ReadingElement(r.Question.Text, r.Question.Quantifier, r.Question.Role, r.Question.LookAlike, r.Answer, r.Text, Evidence(r.Evidence)))],
        Evidence(v.Frames), v.Remedy, v.Verify);

    private static LedgerElement Ledger(Ledger ledger) => new(
        ledger.DataBytes, ledger.DataSegments, ledger.UniqueBytes, ledger.Unexplained, ledger.UnexplainedBytes,
        [.. ledger.Rows.Select(r => new FateElement(
            Fate(r.Fate), r.Lost ? [Name(r.LastSeen) ?? "?", Name(r.MissingAt) ?? "?"] : null, r.Lost ? r.PlaceProven : null,
            r.Segments, r.Bytes, r.UniqueBytes, r.Lost ? r.Explained : null))]);

    private static FlowElement Flow(TcpFlow f, EndpointNames names, long lostByClient, long lostByServer) => new(
        f.From.Source, f.Capture, f.Flow, Place(f.At), Name(f.Client), Name(f.Server), f.Encapsulation,
        names.Name(f.Client.Address, f.Client.Port, f.First, f.Last), names.Name(f.Server.Address, f.Server.Port, f.First, f.Last), f.First.ToString(), f.Last.ToString(),
        (f.Last - f.First).TotalSeconds, f.Frames, f.Synchronised, f.HandshakeRtt?.TotalMilliseconds,
        Sender(f.FromClient, lostByClient, f.From.Source), Sender(f.FromServer, lostByServer, f.From.Source));

    private static SenderElement Sender(TcpSender s, long lost, string source) => new(
        s.Segments, s.Bytes, s.UniqueBytes, s.Retransmissions, lost, s.Mss, s.WindowScale, s.SackPermitted, s.Timestamps, s.LargestDatagram,
        s.LargestDelivered, s.Ttl, s.MinRtt?.TotalMilliseconds, s.SmoothedRtt?.TotalMilliseconds, s.Observations, s.Fin, s.ResetFrame?.Frame,
        s.ResetFrame is { } reset && reset.Source != source ? reset.Source : null);

    public static GapElement Gap(Gap g) => new(g.Kind, Place(g.At), g.From.Source, g.From.Frame, g.From.Line, g.Reason);

    public static PlaceElement Place(VantagePoint at) => new(at.Node, at.Netns, at.Interface);

    private static IReadOnlyList<EvidenceElement> Evidence(IEnumerable<Provenance> all) => [.. all.Select(Evidence)];

    public static EvidenceElement Evidence(Provenance p) => new(p.Source, p.Frame, p.Line);

    private static string? Name(VantagePoint? at) => at is null ? null : Wording.Place(at);

    private static string Name(IPEndPoint end) => end.ToString();
}
