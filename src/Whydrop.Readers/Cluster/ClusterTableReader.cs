using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>kubectl get pods, nodes, services, endpoints, events as tables, also -o wide and -A. Ages say when an object was made only relative to the listing.</summary>
public sealed class ClusterTableReader : Reader
{
    /// <inheritdoc />
    public override string Id => "kubectl-table";

    /// <inheritdoc />
    public override string Reads => "kubectl get pods, nodes, services, endpoints, events as tables (-o wide, -A, get all)";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Lines.Count > 0 && Kind(sample.Lines[0].Text) is not null ? 93 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Kind(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        (string Kind, ColumnTable Table)? open = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (IsHeading(line.Text))
            {
                open = Kind(line.Text) is { } kind ? (kind, new ColumnTable(line.Text)) : null;
                continue;
            }

            if (open is { } at && !line.Text.StartsWith("No resources found", StringComparison.Ordinal) && !Row(at.Kind, at.Table, line, findings) && at.Kind != "events")
            {
                findings.NotUnderstood(line.Number, line.Text, $"the table of {at.Kind}");
            }
        }
    }

    private static bool IsHeading(string line) =>
        line.StartsWith("NAME ", StringComparison.Ordinal) || line.StartsWith("NAMESPACE ", StringComparison.Ordinal) || line.StartsWith("LAST SEEN ", StringComparison.Ordinal);

    private static string? Kind(string line)
    {
        if (!IsHeading(line))
        {
            return null;
        }

        var table = new ColumnTable(line);
        return table.Has("NAME", "READY", "STATUS", "RESTARTS") ? "pods"
            : table.Has("NAME", "STATUS", "ROLES", "VERSION") ? "nodes"
            : table.Has("NAME", "TYPE", "CLUSTER-IP", "PORT(S)") ? "services"
            : table.Has("NAME", "ENDPOINTS", "AGE") && !table.Has("ADDRESSTYPE") ? "endpoints"
            : table.Has("LAST SEEN", "TYPE", "REASON", "MESSAGE") ? "events" : null;
    }

    private static bool Row(string kind, ColumnTable table, TextLine line, Findings findings)
    {
        var cells = table.Cells(line.Text);
        return kind switch
        {
            "pods" => Pod(table, cells, line.Number, findings),
            "nodes" => Node(table, cells, line.Number, findings),
            "services" => Service(table, cells, line.Number, findings),
            "endpoints" => Endpoints(table, cells, line.Number, findings),
            _ => Event(table, cells, line.Number, findings),
        };
    }

    private static bool Pod(ColumnTable table, IReadOnlyList<string> cells, int line, Findings findings)
    {
        if (Name(table, cells) is not { } name || table.Cell(cells, "READY")?.Contains('/') != true)
        {
            return false;
        }

        // "3 (5m ago)"
        var restarts = Words.Number(table.Cell(cells, "RESTARTS")?.Split(' ')[0]);
        findings.Add(new Pod(
            findings.At, findings.From(line), table.Cell(cells, "NAMESPACE"), name, null, ClusterObjects.Addresses([table.Cell(cells, "IP")]), table.Cell(cells, "NODE"), table.Cell(cells, "STATUS"), null,
            restarts is >= 0 and <= int.MaxValue ? (int)restarts : null, []));
        return true;
    }

    private static bool Node(ColumnTable table, IReadOnlyList<string> cells, int line, Findings findings)
    {
        if (Name(table, cells) is not { } name || table.Cell(cells, "STATUS") is not { } status)
        {
            return false;
        }

        // "Ready,SchedulingDisabled", "NotReady"
        var ready = status.Split(',')[0] switch { "Ready" => "True", "NotReady" => "False", _ => "Unknown" };
        findings.Add(new ClusterNode(findings.At, findings.From(line), name, ClusterObjects.Addresses([table.Cell(cells, "INTERNAL-IP"), table.Cell(cells, "EXTERNAL-IP")]), [], [new NodeCondition("Ready", ready, null, null)])
        {
            KernelVersion = table.Cell(cells, "KERNEL-VERSION"),
        });
        return true;
    }

    private static bool Service(ColumnTable table, IReadOnlyList<string> cells, int line, Findings findings)
    {
        if (Name(table, cells) is not { } name || table.Cell(cells, "TYPE") is not { } type)
        {
            return false;
        }

        var ports = new List<ServicePort>();
        foreach (var text in table.Cell(cells, "PORT(S)")?.Split(',') ?? [])
        {
            // "80/TCP", "80:30170/TCP"
            var parts = text.Split('/', ':');
            if (parts.Length is 2 or 3 && Words.Number(parts[0]) is > 0 and <= 65535 and var port)
            {
                ports.Add(new ServicePort(null, parts[^1], (int)port, null, parts.Length == 3 && Words.Number(parts[1]) is > 0 and <= 65535 and var node ? (int)node : null));
            }
        }

        var selector = (table.Cell(cells, "SELECTOR")?.Split(',') ?? []).Select(s => s.Split('=', 2)).Where(s => s.Length == 2).DistinctBy(s => s[0]).ToDictionary(s => s[0], s => s[1], StringComparer.Ordinal);
        findings.Add(new ClusterService(
            findings.At, findings.From(line), table.Cell(cells, "NAMESPACE"), name, type, ClusterObjects.Addresses([table.Cell(cells, "CLUSTER-IP")]),
            ClusterObjects.Addresses(table.Cell(cells, "EXTERNAL-IP")?.Split(',') ?? []), ports, null, selector));
        return true;
    }

    private static bool Endpoints(ColumnTable table, IReadOnlyList<string> cells, int line, Findings findings)
    {
        if (Name(table, cells) is not { } name)
        {
            return false;
        }

        // "10.1.0.5:80,10.1.0.6:80 + 3 more..."
        var list = table.Cell(cells, "ENDPOINTS") ?? "";
        foreach (var text in list.Split(' ')[0].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (text.Contains(':') && IPEndPoint.TryParse(text, out var endpoint))
            {
                findings.Add(new ServiceEndpoint(
                    findings.At, findings.From(line), table.Cell(cells, "NAMESPACE"), name, endpoint.Address, endpoint.Port > 0 ? [new ServicePort(null, "TCP", endpoint.Port)] : [], true, null, null, null, null));
            }
        }

        if (list.EndsWith("more...", StringComparison.Ordinal))
        {
            findings.Gap(line, GapKind.Limited, $"kubectl left out some endpoints of {name}: -o json has them all");
        }

        return true;
    }

    private static bool Event(ColumnTable table, IReadOnlyList<string> cells, int line, Findings findings)
    {
        // "pod/web-0"; before 1.14 the kind has its own column
        var about = table.Cell(cells, "OBJECT") ?? (table.Cell(cells, "NAME") is { } name ? $"{table.Cell(cells, "KIND")}/{name}" : "");
        var slash = about.IndexOf('/');
        if (slash < 1 || slash + 1 == about.Length || table.Cell(cells, "TYPE") is not { } type || table.Cell(cells, "REASON") is not { } reason)
        {
            // A message of several lines.
            return false;
        }

        var (age, count) = EventAge.Of(table.Cell(cells, "LAST SEEN"));
        var source = (table.Cell(cells, "SOURCE") ?? "").Split(", ");
        var kind = about[..slash];
        findings.Add(new ClusterEvent(
            findings.At, findings.From(line), char.ToUpperInvariant(kind[0]) + kind[1..], table.Cell(cells, "NAMESPACE"), about[(slash + 1)..], type, reason, table.Cell(cells, "MESSAGE") ?? "",
            count ?? (Words.Number(table.Cell(cells, "COUNT")) is > 0 and <= int.MaxValue and var counted ? (int)counted : null), null, null)
        {
            Age = age,
            Component = source[0].Length > 0 ? source[0] : null,
            Node = source.Length > 1 ? source[1] : null,
        });
        return true;
    }

    // "get all" writes the kind before the name.
    private static string? Name(ColumnTable table, IReadOnlyList<string> cells) => table.Cell(cells, "NAME") is { } name ? name[(name.IndexOf('/') + 1)..] : null;
}
