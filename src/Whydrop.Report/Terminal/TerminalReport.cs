using Whydrop.Diagnosis;
using Whydrop.Evidence;

namespace Whydrop.Report.Terminal;

/// <summary>The answer for a person at a terminal. The first five lines are enough to act on; what follows proves them.</summary>
public sealed class TerminalReport
{
    private const int LabelWidth = 12;

    // A screenful; -o wide and -o json give all.
    private const int RuledOutShown = 12;
    private const int GapsShown = 12;
    private const int PlacesShown = 3;

    private readonly ReportModel model;
    private readonly TextPage page;
    private readonly bool wide;
    private bool legendShown;

    private TerminalReport(ReportModel model, TextPage page, bool wide)
    {
        this.model = model;
        this.page = page;
        this.wide = wide;
    }

    /// <summary>Writes the report.</summary>
    /// <param name="model">What to say.</param>
    /// <param name="output">Where to.</param>
    /// <param name="screen">What it can show.</param>
    /// <param name="wide">Everything: all evidence, ruled-out causes with their reasons, flows, files and time line.</param>
    public static void Write(ReportModel model, TextWriter output, Screen screen, bool wide)
    {
        var report = new TerminalReport(model.Named(), new TextPage(output, screen), wide);
        report.WriteHead(wrap: screen.Interactive);
        report.WriteBody();
    }

    private void WriteHead(bool wrap)
    {
        var head = Headline.Of(model);
        page.Labelled(head.Verdict, head.Title, Math.Max(LabelWidth, head.Verdict.Length + 2), StyleOf(model), wrap);
        foreach (var (label, text) in head.Lines)
        {
            page.Labelled(label, text, LabelWidth, wrap: wrap);
        }
    }

    private void WriteBody()
    {
        if (model.Complaint is { } complaint)
        {
            page.Blank();
            page.Labelled("Complaint", complaint, LabelWidth);
        }

        WritePath();
        foreach (var verdict in model.Diagnosis.Verdicts.Where(v => ReportModel.Standing(v.Status)))
        {
            WriteProof(verdict);
        }

        WriteLedger();
        CounterSection.Write(model.CountersThatMatter, page, wide);
        LayerSection.WriteDifferences(model.Diagnosis.Layers, model.LayersThatMatter, page, wide);
        WriteArtefacts();
        WriteUndecided();
        WriteRuledOut();
        WriteRemedies();
        WriteNextEvidence();
        if (wide)
        {
            WriteFlows();
            WriteTimeline();
            WriteFiles();
        }

        WriteGaps();
    }

    private void WritePath()
    {
        var picture = PathPicture.Of(model);
        if (picture.Count > 0)
        {
            page.Heading("Path");
            foreach (var line in picture)
            {
                page.Line("  " + line);
            }
        }
    }

    private void WriteProof(Verdict verdict)
    {
        page.Heading($"{Wording.Of(verdict.Status)} {verdict.Fault.Id} at {verdict.Scope}");
        page.Paragraph(verdict.Summary);
        if (!wide && model.Diagnosis.Verdicts.TakeWhile(v => v != verdict).Any(v => v.Fault == verdict.Fault && v.Status == verdict.Status && v.Explains == verdict.Explains))
        {
            page.Paragraph($"What it explains is what {verdict.Fault.Id} above explains, told from another place (-o wide shows the proof)", 2, TextStyle.Faint);
            return;
        }

        if (!legendShown)
        {
            page.Paragraph("(✓ speaks for it, ✗ against it, ? not known)", 2, TextStyle.Faint);
            legendShown = true;
        }

        foreach (var reading in verdict.Readings.Where(r => wide || r.Question.Role != QuestionRole.Support || r.Answer != Answer.Unknown))
        {
            var (mark, style) = (reading.Answer, reading.Question.Role) switch
            {
                (Answer.Yes, _) => ("✓", TextStyle.Good),
                (Answer.No, QuestionRole.Support) => ("·", TextStyle.Plain),
                (Answer.No, _) => ("✗", TextStyle.Bad),
                _ => ("?", TextStyle.Doubtful),
            };
            var question = reading.Question.LookAlike is { } other ? $"{reading.Question.Text} (else: {other})" : reading.Question.Text;
            page.Labelled($"  {mark}", question, 4, style);
            var evidence = reading.Evidence.Count > 0 ? $"  [{Wording.Evidence(reading.Evidence, wide ? 48 : 6)}]" : "";
            page.Paragraph($"{Wording.Literal(reading)}: {reading.Text}{evidence}", 6, TextStyle.Faint);
        }

        if (verdict.Frames.Count > 0)
        {
            page.Paragraph($"Frames: {Wording.Evidence(verdict.Frames, wide ? 48 : 12)}", 2);
        }
    }

    private void WriteLedger()
    {
        var ledger = model.Diagnosis.Ledger;
        if (ledger.Rows.Count == 0)
        {
            return;
        }

        page.Heading($"Ledger: {Wording.Count(ledger.DataSegments, "transmission")}, {Wording.Count(ledger.DataBytes, "byte")} ({Wording.Number(ledger.UniqueBytes)} distinct)");
        page.Table(
            ["fate", "between", "segments", "bytes", "explained"],
            [.. ledger.Rows.Select(r => new[]
            {
                Wording.Of(r.Fate), Between(r), Wording.Number(r.Segments), Wording.Number(r.Bytes), r.Lost ? Wording.Number(r.Explained) : "",
            })],
            new HashSet<int> { 2, 3, 4 });
        if (ledger.Unexplained > 0)
        {
            page.Paragraph($"{Wording.Count(ledger.Unexplained, "lost segment")} ({Wording.Count(ledger.UnexplainedBytes, "byte")}) explained by no fault{Headline.UnexplainedAt(model)}.", 2, TextStyle.Doubtful);
        }

        if (Headline.Discovery(model) is { Length: > 0 } benign)
        {
            page.Paragraph($"{benign}.", 2);
        }
    }

    private static string Between(LedgerRow row) => Wording.Between(row) is { } between ? between + (row.PlaceProven ? "" : " (not proven)") : "";

    private void WriteArtefacts()
    {
        if (model.Diagnosis.Artefacts.Count > 0)
        {
            page.Heading("Not faults: what the capture itself makes look wrong");
            foreach (var same in model.Diagnosis.Artefacts.GroupBy(a => a.Id))
            {
                page.Paragraph($"{same.Key}: {Wording.Places(same.Select(a => a.At), wide ? int.MaxValue : PlacesShown)}");
                foreach (var artefact in wide ? same.ToList() : [same.First()])
                {
                    var where = same.Count() > 1 ? $"{Wording.Place(artefact.At)}: " : "";
                    page.Paragraph(where + Wording.Sentences(artefact.Text, artefact.Handling), 4, TextStyle.Faint);
                }
            }
        }
    }

    private void WriteUndecided()
    {
        var open = model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.Undecided).ToList();
        if (open.Count > 0 && !wide && model.Diagnosis.Settled)
        {
            page.Heading("Not decided, and not needed: what is confirmed explains everything (-o wide shows more)");
            page.Paragraph(string.Join(", ", open.Select(v => $"{v.Fault.Id} at {v.Scope}").Distinct()));
            return;
        }

        foreach (var verdict in open)
        {
            WriteProof(verdict);
        }
    }

    private void WriteRuledOut()
    {
        var ruledOut = model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.RuledOut).ToList();
        if (ruledOut.Count > 0)
        {
            page.Heading("Ruled out");
            foreach (var verdict in ruledOut.Take(wide ? int.MaxValue : RuledOutShown))
            {
                page.Labelled("  " + verdict.Fault.Id, verdict.Summary, 2 + Math.Max(16, ruledOut.Max(v => v.Fault.Id.Length) + 2));
            }

            More(ruledOut.Count, RuledOutShown);
        }
    }

    private void WriteRemedies()
    {
        var standing = model.Diagnosis.Verdicts.Where(v => ReportModel.Standing(v.Status)).ToList();
        if (standing.Count > 0)
        {
            page.Heading("What to do");
            foreach (var verdict in standing)
            {
                if (standing.Count > 1)
                {
                    page.Paragraph($"Against {verdict.Fault.Id} at {verdict.Scope}:");
                }

                page.Labelled("  Remedy", verdict.Remedy, LabelWidth);
                page.Labelled("  Verify", verdict.Verify, LabelWidth);
            }
        }
    }

    private void WriteNextEvidence()
    {
        if (model.Diagnosis.NextEvidence.Count > 0)
        {
            page.Heading(model.NextHeading);
            foreach (var next in model.Diagnosis.NextEvidence)
            {
                var time = next.Duration is { } duration ? $", for {Wording.Duration(duration)}" : "";
                page.Paragraph($"at {Wording.Place(next.Where)}{time}: {next.Why}");
                page.Command(next.Command);
            }
        }
    }

    private void WriteFlows()
    {
        if (model.Diagnosis.Flows.Count > 0)
        {
            page.Heading("Connections");
            foreach (var flow in model.Diagnosis.Flows)
            {
                page.Paragraph($"{Wording.Place(flow.At)} #{flow.Flow}  {model.Names.Text(flow.Client, flow.First, flow.Last)} → {model.Names.Text(flow.Server, flow.First, flow.Last)}{(flow.Encapsulation is { } e ? $" in {e}" : "")}: "
                    + $"{Wording.Count(flow.Frames, "frame")}, {Wording.Number(flow.FromClient.Bytes)} + {Wording.Number(flow.FromServer.Bytes)} bytes, "
                    + Wording.Count(flow.FromClient.Retransmissions + flow.FromServer.Retransmissions, "retransmission"));
            }
        }
    }

    private void WriteTimeline()
    {
        if (model.Diagnosis.Timeline.Count > 0)
        {
            page.Heading("Time line");
            foreach (var moment in model.Diagnosis.Timeline)
            {
                page.Paragraph($"{moment.Time}  {Wording.Place(moment.At)}: {moment.What} [{moment.From}]");
            }
        }
    }

    private void WriteFiles()
    {
        if (model.Files.Count > 0)
        {
            page.Heading("Files");
            page.Table(["file", "kind", "place", "content"], [.. model.Files.Select(f => new[] { f.Path, f.Kind, f.At, f.How })], new HashSet<int>());
        }
    }

    private void WriteGaps()
    {
        var gaps = wide ? model.Diagnosis.Gaps : model.WeightyGaps;
        if (gaps.Count > 0)
        {
            page.Heading("Gaps: not collected or not readable");
            foreach (var gap in gaps.Take(wide ? int.MaxValue : GapsShown))
            {
                page.Paragraph($"{Named(gap)}{Wording.Of(gap.Kind)}: {gap.Reason}");
            }

            More(gaps.Count, GapsShown);
        }
    }

    private static string Named(Gap gap) => gap.From.Source.Length > 0 ? $"{gap.From}: " : "";

    private void More(int count, int shown)
    {
        if (!wide && count > shown)
        {
            page.Paragraph($"and {count - shown} more (-o wide shows all)", 2, TextStyle.Faint);
        }
    }

    private static TextStyle StyleOf(ReportModel model) => model.Diagnosis.Outcome switch
    {
        Outcome.Fault => TextStyle.Bad,
        Outcome.Healthy => TextStyle.Good,
        _ => TextStyle.Doubtful,
    };
}
