using Whydrop.Diagnosis;
using Whydrop.Evidence.Capture;

namespace Whydrop.Report;

/// <summary>The first five lines of an answer: enough to act on.</summary>
/// <param name="Verdict">The answer in one word: CONFIRMED, HEALTHY, INCONCLUSIVE, …</param>
/// <param name="Title">What is wrong, and where.</param>
/// <param name="Lines">Four labelled lines.</param>
internal sealed record Headline(string Verdict, string Title, IReadOnlyList<(string Label, string Text)> Lines)
{
    public static Headline Of(ReportModel model) => model.Answer is { } answer
        ? OfFault(model, answer)
        : model.Diagnosis.Outcome == Outcome.Healthy ? OfHealthy(model) : OfInconclusive(model);

    private static Headline OfFault(ReportModel model, Verdict answer)
    {
        var next = answer.Status == VerdictStatus.Confirmed ? null : First(model);
        return new Headline(
            Wording.Of(answer.Status),
            $"{answer.Fault.Id} at {answer.Scope}: {answer.Fault.Name}",
            [
                ("Proof", Proof(answer)),
                ("Explains", Explained(model, answer)),
                ("Do now", answer.Remedy),
                next is null ? ("Verify", answer.Verify) : ("To be sure", $"at {Wording.Place(next.Where)}: {next.Command}"),
            ]);
    }

    private static Headline OfHealthy(ReportModel model) => new(
        "HEALTHY",
        $"no fault found in {model.Case}",
        [
            ("Because", Discovery(model) is { Length: > 0 } benign ? $"{model.Diagnosis.OutcomeReason} {benign}." : model.Diagnosis.OutcomeReason),
            ("Looked at", LookedAt(model)),
            ("Asked", "every fault of the catalogue, none stands; ruled out by evidence: "
                + Listed(model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.RuledOut).Select(v => v.Fault.Id), "none needed it")),
            ("Not seen", NotSeen(model)),
        ]);

    private static Headline OfInconclusive(ReportModel model)
    {
        var next = First(model);
        var open = model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.Undecided).Select(v => $"{v.Fault.Id} at {v.Scope}").Distinct();
        return new Headline(
            "INCONCLUSIVE",
            $"the evidence of {model.Case} does not decide",
            [
                ("Because", model.Diagnosis.OutcomeReason + (model.Diagnosis.Ledger.Unexplained > 0 ? UnexplainedAt(model) : "")),
                ("Looked at", LookedAt(model)),
                ("Open", Listed(open, "no known fault fits what was seen")),
                ("Collect", next is null ? NotSeen(model) : $"at {Wording.Place(next.Where)}: {next.Command}"),
            ]);
    }

    /// <summary>What to collect first: where nothing was captured yet comes before a repetition.</summary>
    private static NextEvidence? First(ReportModel model)
    {
        var captured = model.Facts.Of<CaptureSummary>().Select(c => c.At).ToHashSet();
        return model.Diagnosis.NextEvidence.OrderBy(n => captured.Contains(n.Where)).FirstOrDefault();
    }

    private static string Proof(Verdict answer)
    {
        var mechanism = answer.Readings.FirstOrDefault(r => r.Question.Role == QuestionRole.Mechanism && r.Answer == Answer.Yes)
            ?? answer.Readings.FirstOrDefault(r => r.Question.Role == QuestionRole.Signature && r.Answer == Answer.Yes);
        var frames = answer.Frames.Count > 0 ? answer.Frames : mechanism?.Evidence ?? [];
        var where = frames.Count > 0 ? $" [{Wording.Evidence(frames, 3)}]" : "";
        return answer.Summary + where;
    }

    private static string Explained(ReportModel model, Verdict answer)
    {
        if (answer.Explains is { OfSegments: 0, OfConnections: 0 })
        {
            return "no lost segment was captured; the verdict rests on counters and settings";
        }

        var unexplained = model.Diagnosis.Ledger.Unexplained;
        var connections = model.Diagnosis.UnexplainedConnections;
        string[] left =
        [
            .. unexplained > 0 ? [$"{Wording.Number(unexplained)} explained by no fault{UnexplainedAt(model)}"] : Array.Empty<string>(),
            .. connections > 0 ? [$"{Wording.Count(connections, "connection")} in trouble explained by no fault"] : Array.Empty<string>(),
        ];
        return $"{answer.Explains}{(answer.Explains.OfSegments > 0 ? $", {Wording.Count(answer.Explains.Bytes, "byte")}" : "")}; "
            + (left.Length > 0 ? string.Join(", ", left) : $"{Rest(model, answer)}nothing is left unexplained")
            + (Discovery(model) is { Length: > 0 } benign ? $"; {benign}" : "");
    }

    /// <summary>"the rest by random-loss; ": who accounts for what the answer does not.</summary>
    private static string Rest(ReportModel model, Verdict answer)
    {
        var of = answer.Explains;
        var others = of.Segments == of.OfSegments && of.Connections == of.OfConnections ? [] : model.Diagnosis.Verdicts
            .Where(v => v != answer && v.Status is VerdictStatus.Confirmed or VerdictStatus.Suspected or VerdictStatus.Contested && v.Explains is { Segments: > 0 } or { Connections: > 0 })
            .Select(v => v.Fault.Id).Distinct().ToArray();
        return others.Length == 0 ? "" : $"the rest by {string.Join(", ", others)}; ";
    }

    private static string LookedAt(ReportModel model)
    {
        var captures = model.Facts.Of<CaptureSummary>();
        var texts = model.Files.Count(f => f.Kind == "text");
        var ledger = model.Diagnosis.Ledger;
        return $"{Wording.Count(captures.Select(c => c.From.Source).Distinct().Count(), "capture")} ({Wording.Count(captures.Sum(c => c.Frames), "frame")}, "
            + $"{Wording.Count(ledger.DataSegments, "data segment")}, {Wording.Number(ledger.LostSegments)} lost), {Wording.Count(texts, "text")}";
    }

    /// <summary>Where the losses are that no fault explains, the most first: " (node-a/eth0 → node-a/tunl0: 14)"; empty when there are none.</summary>
    internal static string UnexplainedAt(ReportModel model)
    {
        var rows = model.Diagnosis.Ledger.Rows.Where(r => r.Lost && r.Segments > r.Explained).OrderByDescending(r => r.Segments - r.Explained).ToList();
        var shown = rows.Take(3).Select(r => $"{Wording.Between(r)}: {Wording.Number(r.Segments - r.Explained)}");
        return rows.Count == 0 ? "" : $" ({string.Join(", ", shown)}{(rows.Count > 3 ? $", {rows.Count - 3} more places" : "")})";
    }

    /// <summary>Losses that were meant to be: the probes of path MTU discovery. Empty when there are none.</summary>
    internal static string Discovery(ReportModel model) =>
        model.Diagnosis.Artefacts.Where(a => a.Id == "path-mtu-discovery").Sum(a => a.Count) is > 0 and var probes
            ? $"{Wording.Count(probes, "loss", "losses")} {(probes == 1 ? "is" : "are")} path MTU discovery that worked: sent smaller at once, no fault"
            : "";

    private static string NotSeen(ReportModel model) => model.WeightyGaps is [var first, ..] gaps
        ? $"{Wording.Count(gaps.Count, "gap")}, the first: {first.From}: {first.Reason}"
        : "no gap: every file was read to its end";

    private static string Listed(IEnumerable<string> ids, string none)
    {
        var list = string.Join(", ", ids.Distinct());
        return list.Length == 0 ? none : list;
    }
}
