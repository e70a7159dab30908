using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Counters;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Markdown;

/// <summary>The answer as Markdown, to paste into a ticket.</summary>
public sealed class MarkdownReport
{
    private readonly ReportModel model;
    private readonly TextWriter output;

    private MarkdownReport(ReportModel model, TextWriter output)
    {
        this.model = model;
        this.output = output;
    }

    /// <summary>Writes a diagnosis.</summary>
    public static void Write(ReportModel model, TextWriter output) => new MarkdownReport(model.Named(), output).WriteAll();

    private void WriteAll()
    {
        var head = Headline.Of(model);
        output.Write($"## {head.Verdict}: {Text(head.Title)}\n\n");
        foreach (var (label, text) in head.Lines)
        {
            output.Write($"- **{label}:** {Text(text)}\n");
        }

        if (model.Complaint is { } complaint)
        {
            output.Write($"- **Complaint:** {Text(complaint)}\n");
        }

        if (PathPicture.Of(model) is { Count: > 0 } picture)
        {
            output.Write($"\n```text\n{string.Join('\n', picture)}\n```\n");
        }

        foreach (var verdict in model.Diagnosis.Verdicts.Where(v => v.Status != VerdictStatus.RuledOut))
        {
            WriteVerdict(verdict);
        }

        WriteLedger();
        WriteCounters();
        WriteLayers();
        WriteList("Not faults: what the capture itself makes look wrong", model.Diagnosis.Artefacts.GroupBy(a => a.Id).Select(
            same => $"`{same.Key}` at {Text(Wording.Places(same.Select(a => a.At), 3))}: {Text(Wording.Sentences(same.First().Text, same.First().Handling))}"));
        WriteList("Ruled out", model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.RuledOut).Select(v => $"`{v.Fault.Id}`: {Text(v.Summary)}"));
        WriteNextEvidence();
        WriteList("Gaps", model.WeightyGaps.Select(g => $"{(g.From.Source.Length > 0 ? Code(g.From.ToString()) + ": " : "")}{Wording.Of(g.Kind)}: {Text(g.Reason)}"));
    }

    private void WriteVerdict(Verdict verdict)
    {
        output.Write($"\n### {Wording.Of(verdict.Status)}: `{verdict.Fault.Id}` at {Text(verdict.Scope.ToString())}\n\n{Text(verdict.Summary)}\n\n");
        output.Write("| | question | answer | evidence |\n| --- | --- | --- | --- |\n");
        foreach (var reading in verdict.Readings)
        {
            output.Write($"| {Supports(reading)} | {Cell(reading.Question.Text)} | {Wording.Literal(reading)}: {Cell(reading.Text)} | {Cell(Wording.Evidence(reading.Evidence, 6))} |\n");
        }

        if (ReportModel.Standing(verdict.Status))
        {
            output.Write($"\n**Remedy:** {Text(verdict.Remedy)}\n\n**Verify:** {Text(verdict.Verify)}\n");
        }
    }

    private void WriteLedger()
    {
        var ledger = model.Diagnosis.Ledger;
        if (ledger.Rows.Count == 0)
        {
            return;
        }

        output.Write("\n### Ledger\n\n| fate | between | segments | bytes | explained |\n| --- | --- | ---: | ---: | ---: |\n");
        foreach (var row in ledger.Rows)
        {
            output.Write($"| {Wording.Of(row.Fate)} | {Cell(Wording.Between(row) ?? "")} | {row.Segments} | {row.Bytes} | {(row.Lost ? row.Explained : "")} |\n");
        }

        output.Write($"\n{ledger.DataSegments} transmissions, {ledger.DataBytes} bytes ({ledger.UniqueBytes} distinct); {ledger.Unexplained} lost segments explained by no fault.\n");
    }

    private void WriteCounters()
    {
        foreach (var table in model.CountersThatMatter)
        {
            output.Write($"\n### Counters of {Text(Wording.Place(table.At))}: outside their healthy range\n\n{(table.Overrun is { } overrun ? Text($"{overrun.Summary} {ReceiveOverrun.NotTheBuffer}") + "\n\n" : "")}");
            output.Write($"| counter | {(table.Twice ? "growth" : "value")} | share | healthy | meaning |\n| --- | ---: | ---: | --- | --- |\n");
            foreach (var row in CounterSection.Short(table))
            {
                output.Write($"| `{row.Name}` | {row.Judged} | {row.Share} | {Cell(row.Healthy)} | {Cell($"{row.Meaning}: {row.Reason}")} |\n");
            }
        }
    }

    private void WriteLayers()
    {
        if (model is { Diagnosis.Layers: { } layers, LayersThatMatter: { Count: > 0 } rows })
        {
            output.Write($"\n### Layers: settings that differ\n\n| setting | {string.Join(" | ", layers.Layers.Select(l => Cell(Wording.Place(l))))} | why it matters |\n| --- |{string.Concat(layers.Layers.Select(_ => " --- |"))} --- |\n");
            foreach (var row in rows)
            {
                output.Write($"| {Cell(row.Name)} | {string.Join(" | ", row.Values.Select(v => Cell(v ?? "–")))} | {Cell(row.Why)} |\n");
            }
        }
    }

    private void WriteNextEvidence()
    {
        if (model.Diagnosis.NextEvidence.Count == 0)
        {
            return;
        }

        output.Write($"\n### {model.NextHeading}\n");
        foreach (var next in model.Diagnosis.NextEvidence)
        {
            output.Write($"\nAt {Text(Wording.Place(next.Where))}: {Text(next.Why)}\n\n```sh\n{next.Command.ReplaceLineEndings(" ")}\n```\n");
        }
    }

    private void WriteList(string heading, IEnumerable<string> items)
    {
        var list = items.ToList();
        if (list.Count > 0)
        {
            output.Write($"\n### {heading}\n\n{string.Concat(list.Select(i => $"- {i}\n"))}");
        }
    }

    private static string Supports(Reading reading) => (reading.Answer, reading.Question.Role) switch
    {
        (Answer.Yes, _) => "for",
        (Answer.No, QuestionRole.Support) => "",
        (Answer.No, _) => "against",
        _ => "?",
    };

    // Names come from files of strangers: they may not turn into links, images or HTML of the ticket.
    private static string Text(string text) => text.ReplaceLineEndings(" ").Replace("<", "&lt;").Replace("[", "\\[").Replace("`", "\\`").Replace("_", "\\_").Replace("*", "\\*");

    private static string Cell(string text) => Text(text).Replace("|", "\\|");

    private static string Code(string text) => $"`{text.Replace('`', '\'').ReplaceLineEndings(" ")}`";
}
