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
            ("Because", model.Diagnosis.OutcomeReason),
            ("Looked at", LookedAt(model)),
            ("Ruled out", Listed(model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.RuledOut).Select(v => v.Fault.Id), "nothing needed ruling out")),
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
                ("Because", model.Diagnosis.OutcomeReason),
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
        if (answer.Explains.OfSegments == 0)
        {
            return "no lost segment was captured; the verdict rests on counters and settings";
        }

        var unexplained = model.Diagnosis.Ledger.Unexplained;
        return $"{answer.Explains}, {Wording.Count(answer.Explains.Bytes, "byte")}; "
            + (unexplained > 0 ? $"{Wording.Number(unexplained)} explained by nothing" : "nothing is left unexplained");
    }

    private static string LookedAt(ReportModel model)
    {
        var captures = model.Facts.Of<CaptureSummary>();
        var texts = model.Files.Count(f => f.Kind == "text");
        var ledger = model.Diagnosis.Ledger;
        return $"{Wording.Count(captures.Select(c => c.From.Source).Distinct().Count(), "capture")} ({Wording.Count(captures.Sum(c => c.Frames), "frame")}, "
            + $"{Wording.Count(ledger.DataSegments, "data segment")}, {Wording.Number(ledger.LostSegments)} lost), {Wording.Count(texts, "text")}";
    }

    private static string NotSeen(ReportModel model) => model.Diagnosis.Gaps.Count == 0
        ? "no gap: every file was read to its end"
        : $"{Wording.Count(model.Diagnosis.Gaps.Count, "gap")}, the first: {model.Diagnosis.Gaps[0].From}: {model.Diagnosis.Gaps[0].Reason}";

    private static string Listed(IEnumerable<string> ids, string none)
    {
        var list = string.Join(", ", ids.Distinct());
        return list.Length == 0 ? none : list;
    }
}
