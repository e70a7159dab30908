using System.Globalization;
using Whydrop.Evidence.Load;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Load;

/// <summary>
/// A list of instances with attributes and a symptom: CSV with a heading, or a JSON array of objects. The instance is the column "instance", "name" or "pod", else the first; the symptom is
/// "rate", or "late" (slow, failed, bad, errors, timeouts) of "requests" (total, count). All other columns are attributes.
/// </summary>
public static class InstanceList
{
    private const int MostInstances = 10_000;
    private static readonly string[] Names = ["instance", "name", "pod", "host"];
    private static readonly string[] Rates = ["rate", "symptom_rate", "error_rate", "late_rate"];
    private static readonly string[] Bad = ["late", "slow", "failed", "bad", "errors", "timeouts"];
    private static readonly string[] All = ["requests", "total", "count"];

    /// <summary>The instances; or none and what is wrong, in one sentence.</summary>
    public static (IReadOnlyList<ServiceInstance> Instances, string? Wrong) Parse(TextFile file)
    {
        (int Line, string Reason)? broken = null;
        var rows = file.Lines.FirstOrDefault(l => l.Text.Length > 0).Text?.TrimStart() is ['[' or '{', ..] ? FromJson(file, out broken) : FromTable(file);
        if (broken is var (at, why))
        {
            return ([], $"line {at}: {why}");
        }

        var instances = new List<ServiceInstance>();
        foreach (var (line, row) in rows)
        {
            if (instances.Count == MostInstances)
            {
                return ([], $"line {line}: more than {MostInstances} instances");
            }

            var key = Names.FirstOrDefault(row.ContainsKey) ?? row.Keys.First();
            var rate = Rates.Select(n => Number(row, n)).FirstOrDefault(n => n is not null)
                ?? (Bad.Select(n => Number(row, n)).FirstOrDefault(n => n is not null) is { } bad && All.Select(n => Number(row, n)).FirstOrDefault(n => n > 0) is { } all ? bad / all : null);
            if (rate is not { } known)
            {
                return ([], $"line {line}: no symptom: a column rate, or late and requests, is needed");
            }

            instances.Add(new ServiceInstance(row[key], row.Where(c => c.Key != key && !Rates.Contains(c.Key) && !Bad.Contains(c.Key) && !All.Contains(c.Key)).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal), known));
        }

        return instances.Count == 0 ? ([], "no instances: a CSV with a heading, or a JSON array of objects, is needed") : (instances, null);
    }

    private static IEnumerable<(int Line, Dictionary<string, string> Row)> FromTable(TextFile file)
    {
        string[]? names = null;
        foreach (var line in file.Lines.Where(l => l.Text.Length > 0 && l.Text[0] != '#'))
        {
            var cells = line.Text.Split(line.Text.Contains('\t') ? '\t' : line.Text.Contains(';') ? ';' : ',').Select(c => c.Trim().Trim('"')).ToArray();
            if (names is null)
            {
                names = [.. cells.Select(c => c.ToLowerInvariant())];
                continue;
            }

            yield return (line.Number, names.Zip(cells).DistinctBy(p => p.First).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
        }
    }

    private static IEnumerable<(int Line, Dictionary<string, string> Row)> FromJson(TextFile file, out (int Line, string Reason)? broken) => JsonText.Parse(file, out broken).Where(i => i.Members.Count > 0)
        .Select(i => (i.Line, Cells(i)));

    // {"name":"a","attributes":{"kind":"vm"},"rate":0.1}: an object inside is flattened.
    private static Dictionary<string, string> Cells(JsonItem item)
    {
        var cells = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in item.Members.SelectMany(m => m.Value.Members.Count > 0 ? m.Value.Members.AsEnumerable() : new[] { m }))
        {
            if (value.Text is { } text)
            {
                cells[name.ToLowerInvariant()] = text;
            }
        }

        return cells.Count > 0 ? cells : new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
    }

    private static double? Number(Dictionary<string, string> row, string name) =>
        row.TryGetValue(name, out var text) && double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= 0 ? value / (text.EndsWith('%') ? 100 : 1) : null;
}
