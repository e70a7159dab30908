using System.Net;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Counters;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Html;

/// <summary>The answer as one HTML page without scripts or outside files: it can be mailed and printed.</summary>
public sealed class HtmlReport
{
    private const string Style = """
        :root{color-scheme:light dark;--bad:#b3261e;--good:#1b6e3c;--doubt:#8a5a00;--line:#8886}
        body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.4rem;line-height:1.3}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin-bottom:.3rem}
        .fault{color:var(--bad)}.healthy,.yes{color:var(--good)}.inconclusive,.unknown{color:var(--doubt)}.no{color:var(--bad)}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}pre,code{font:14px/1.4 ui-monospace,monospace}pre{overflow-x:auto;border:1px solid var(--line);padding:.5rem}
        table.proof td:nth-child(1),table.proof td:nth-child(3){width:30%}table.proof td:nth-child(4){width:30%;overflow-wrap:anywhere}
        @media(prefers-color-scheme:dark){:root{--bad:#f2b8b5;--good:#8fd9a8;--doubt:#f0c36d}}
        """;

    private readonly ReportModel model;
    private readonly TextWriter output;

    private HtmlReport(ReportModel model, TextWriter output)
    {
        this.model = model;
        this.output = output;
    }

    /// <summary>Writes a diagnosis.</summary>
    public static void Write(ReportModel model, TextWriter output) => new HtmlReport(model.Named(), output).WriteAll();

    private void WriteAll()
    {
        var head = Headline.Of(model);
        output.Write($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Text($"{head.Verdict}: {head.Title}")}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n");
        output.Write($"<h1><span class=\"{model.Diagnosis.Outcome.ToString().ToLowerInvariant()}\">{Text(head.Verdict)}</span> {Text(head.Title)}</h1>\n<dl>\n");
        foreach (var (label, text) in head.Lines)
        {
            output.Write($"<dt>{Text(label)}</dt><dd>{Text(text)}</dd>\n");
        }

        output.Write(model.Complaint is { } complaint ? $"<dt>Complaint</dt><dd>{Text(complaint)}</dd>\n</dl>\n" : "</dl>\n");
        if (PathPicture.Of(model) is { Count: > 0 } picture)
        {
            output.Write($"<h2>Path</h2>\n<pre>{Text(string.Join('\n', picture))}</pre>\n");
        }

        WriteVerdicts();
        WriteLedger();
        foreach (var table in model.CountersThatMatter)
        {
            if (table.Overrun is { } overrun)
            {
                output.Write($"<h2>Receive queues of {Text(Wording.Place(table.At))}</h2>\n<p>{Text(overrun.Summary)}</p>\n<p>{Text(ReceiveOverrun.NotTheBuffer)}</p>\n");
            }

            WriteTable($"Counters of {Wording.Place(table.At)} outside their healthy range", ["counter", table.Twice ? "growth" : "value", "share", "healthy", "meaning"],
                CounterSection.Short(table).Select(r => new[] { r.Name, Wording.Number(r.Judged), r.Share ?? "", r.Healthy, $"{r.Meaning}: {r.Reason}" }), 1, 2);
        }

        WriteTable("Layers: settings that differ", ["setting", .. model.Diagnosis.Layers?.Layers.Select(Wording.Place) ?? [], "why it matters"],
            model.LayersThatMatter.Select(r => (string[])[r.Name, .. r.Values.Select(v => v ?? "–"), r.Why]));
        WriteTable("Not faults: what the capture itself makes look wrong", ["artefact", "at", "figures", "handling"],
            model.Diagnosis.Artefacts.GroupBy(a => (a.Id, a.Handling)).Select(same => new[]
            {
                same.Key.Id, Wording.Places(same.Select(a => a.At), int.MaxValue), string.Join("; ", same.Select(a => a.Text).Distinct()), same.Key.Handling,
            }));
        WriteTable("Ruled out", ["fault", "because"],
            model.Diagnosis.Verdicts.Where(v => v.Status == VerdictStatus.RuledOut).Select(v => new[] { v.Fault.Id, v.Summary }));
        WriteNextEvidence();
        WriteTable("Time line", ["time", "at", "what", "evidence"],
            model.Diagnosis.Timeline.Select(t => new[] { t.Time.ToString(), Wording.Place(t.At), t.What, t.From.ToString() }));
        WriteTable("Connections", ["place", "client", "server", "frames", "bytes", "retransmissions"],
            model.Diagnosis.Flows.Select(f => new[]
            {
                $"{Wording.Place(f.At)} #{f.Flow}", model.Names.Text(f.Client, f.First, f.Last), model.Names.Text(f.Server, f.First, f.Last), Wording.Number(f.Frames),
                Wording.Number(f.FromClient.Bytes + f.FromServer.Bytes), Wording.Number(f.FromClient.Retransmissions + f.FromServer.Retransmissions),
            }), 3, 4, 5);
        WriteTable("Gaps: not collected or not readable", ["where", "kind", "reason"],
            model.Diagnosis.Gaps.Select(g => new[] { g.From.ToString(), Wording.Of(g.Kind), g.Reason }));
        WriteTable("Files", ["file", "kind", "place", "content"], model.Files.Select(f => new[] { f.Path, f.Kind, f.At, f.How }));
        output.Write("</main>\n</body>\n</html>\n");
    }

    private void WriteVerdicts()
    {
        foreach (var verdict in model.Diagnosis.Verdicts.Where(v => v.Status != VerdictStatus.RuledOut))
        {
            output.Write($"<h2>{Text(Wording.Of(verdict.Status))}: {Text(verdict.Fault.Id)} at {Text(verdict.Scope.ToString())}</h2>\n<p>{Text(verdict.Summary)}</p>\n");
            output.Write("<table class=\"proof\">\n<tr><th>question</th><th>answer</th><th>figures</th><th>evidence</th></tr>\n");
            foreach (var reading in verdict.Readings)
            {
                var effect = reading.Answer switch { Answer.Yes => "yes", Answer.No => reading.Question.Role == QuestionRole.Support ? "" : "no", _ => "unknown" };
                output.Write($"<tr><td>{Text(reading.Question.Text)}</td><td class=\"{effect}\">{Wording.Literal(reading)}</td><td>{Text(reading.Text)}</td><td><code>{Text(Wording.Evidence(reading.Evidence, 12))}</code></td></tr>\n");
            }

            output.Write("</table>\n");
            if (ReportModel.Standing(verdict.Status))
            {
                output.Write($"<dl>\n<dt>Remedy</dt><dd>{Text(verdict.Remedy)}</dd>\n<dt>Verify</dt><dd>{Text(verdict.Verify)}</dd>\n</dl>\n");
            }
        }
    }

    private void WriteLedger()
    {
        var ledger = model.Diagnosis.Ledger;
        WriteTable("Ledger: every transmission and its fate", ["fate", "between", "segments", "bytes", "explained"],
            ledger.Rows.Select(r => new[]
            {
                Wording.Of(r.Fate), Wording.Between(r) ?? "", Wording.Number(r.Segments), Wording.Number(r.Bytes), r.Lost ? Wording.Number(r.Explained) : "",
            }), 2, 3, 4);
    }

    private void WriteNextEvidence()
    {
        if (model.Diagnosis.NextEvidence.Count > 0)
        {
            output.Write($"<h2>{Text(model.NextHeading)}</h2>\n");
            foreach (var next in model.Diagnosis.NextEvidence)
            {
                output.Write($"<p>At {Text(Wording.Place(next.Where))}: {Text(next.Why)}</p>\n<pre>{Text(next.Command)}</pre>\n");
            }
        }
    }

    private void WriteTable(string heading, string[] heads, IEnumerable<string[]> rows, params int[] numbers)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        output.Write($"<h2>{Text(heading)}</h2>\n<table>\n<tr>{string.Concat(heads.Select((h, i) => $"<th{Number(i)}>{Text(h)}</th>"))}</tr>\n");
        foreach (var row in all)
        {
            output.Write($"<tr>{string.Concat(row.Select((c, i) => $"<td{Number(i)}>{Text(c)}</td>"))}</tr>\n");
        }

        output.Write("</table>\n");

        string Number(int column) => Array.IndexOf(numbers, column) >= 0 ? " class=\"n\"" : "";
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
