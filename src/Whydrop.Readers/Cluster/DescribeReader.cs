using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>kubectl describe pod, node, service: text for people, one object after another.</summary>
public sealed class DescribeReader : Reader
{
    private static readonly string[] Telling = ["Node:", "Start Time:", "Service Account:", "Conditions:", "Taints:", "CreationTimestamp:", "Selector:", "Session Affinity:"];

    private static readonly string[] ContainerLists = ["Init Containers", "Containers", "Ephemeral Containers"];

    /// <inheritdoc />
    public override string Id => "kubectl-describe";

    /// <inheritdoc />
    public override string Reads => "kubectl describe pod, node, service: state, restarts, ends of containers, addresses, conditions, events";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        if (sample.Lines.Count == 0 || !IsName(sample.Lines[0].Text))
        {
            return 0;
        }

        var told = 0;
        foreach (var line in sample.Lines)
        {
            told |= line.Text.StartsWith("Namespace:", StringComparison.Ordinal) || line.Text.StartsWith("Roles:", StringComparison.Ordinal) ? 1 : 0;
            told |= Array.Exists(Telling, t => line.Text.StartsWith(t, StringComparison.Ordinal)) ? 2 : 0;
        }

        return told == 3 ? 92 : 0;
    }

    /// <inheritdoc />
    public override bool Opens(string line) => IsName(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var described in DescribedLine.Objects(file))
        {
            if (described.Has("Containers") && described.Has("Namespace"))
            {
                Pod(described, findings);
            }
            else if (described.Has("Addresses") && described.Has("System Info"))
            {
                Node(described, findings);
            }
            else if (described.Has("Session Affinity") && described.Has("Selector"))
            {
                Service(described, findings);
            }
            else
            {
                findings.Remark(described.Line, $"a description of neither pod, node nor service is not read: {Findings.Quote(described["Name"].Value ?? "")}");
            }
        }
    }

    // "Name:         web-0": a value in a column.
    private static bool IsName(string line) => line.StartsWith("Name:  ", StringComparison.Ordinal);

    private static void Pod(DescribedLine pod, Findings findings)
    {
        var (name, space) = (pod["Name"].Value ?? "", pod["Namespace"].Value);
        var place = pod["Node"].Value;
        var slash = place?.IndexOf('/') ?? -1;
        var addresses = ClusterObjects.Addresses([pod["IP"].Value, .. pod["IPs"].Below.Select(i => i.Value)]);
        var nodes = slash < 0 ? null : AddressText.Address(place![(slash + 1)..]);
        var containers = ContainerLists.SelectMany(l => pod[l].Below).Select(Container).ToList();
        findings.Add(new Pod(
            findings.At, findings.From(pod.Line), space, name, null, addresses, slash > 0 ? place![..slash] : place, pod["Status"].Value?.Split(' ')[0],
            nodes is null || addresses.Count == 0 ? null : addresses.Contains(nodes), containers.Any(c => c.Restarts is not null) ? containers.Sum(c => c.Restarts ?? 0) : null, containers)
        {
            Started = ClusterMoment.Time(pod["Start Time"].Value),
            Owner = pod["Controlled By"].Value,
            Labels = Pairs(pod["Labels"]),
        });
        Events(pod["Events"], "Pod", space, name, findings);
    }

    private static PodContainer Container(DescribedLine container)
    {
        DescribedLine state = container["State"], last = container["Last State"];
        var ended = state.Value == "Terminated" ? state : last.Value == "Terminated" ? last : null;
        return new PodContainer(
            container.Key, container["Image"].Value, PodObject.Id(container["Container ID"].Value), Number(container["Restart Count"]), Flag(container["Ready"]), state.Value?.ToLowerInvariant(),
            state.Value == "Running" ? ClusterMoment.Time(state["Started"].Value) : null,
            ended is null ? null : new ContainerEnd(ended["Reason"].Value, Number(ended["Exit Code"]), ClusterMoment.Time(ended["Started"].Value), ClusterMoment.Time(ended["Finished"].Value)),
            Amounts(container["Limits"]), Amounts(container["Requests"]));
    }

    private static void Node(DescribedLine node, Findings findings)
    {
        var name = node["Name"].Value ?? "";
        var conditions = new List<NodeCondition>();
        foreach (var (table, cells) in Table(node["Conditions"]).Select(r => (r.Table, r.Cells)))
        {
            if (table.Cell(cells, "Type") is { } type)
            {
                conditions.Add(new NodeCondition(type, table.Cell(cells, "Status") ?? "Unknown", table.Cell(cells, "Reason"), ClusterMoment.Time(table.Cell(cells, "LastTransitionTime"))));
            }
        }

        findings.Add(new ClusterNode(
            findings.At, findings.From(node.Line), name, ClusterObjects.Addresses(node["Addresses"].Below.Where(a => a.Key is "InternalIP" or "ExternalIP").Select(a => a.Value)),
            [.. new[] { node["PodCIDR"].Value, node["PodCIDRs"].Value }.SelectMany(v => v?.Split(',') ?? []).Select(AddressText.Network).OfType<IPNetwork>().Distinct()], conditions)
        {
            Created = ClusterMoment.Time(node["CreationTimestamp"].Value),
            KernelVersion = node["System Info"]["Kernel Version"].Value,
        });
        Events(node["Events"], "Node", null, name, findings);
    }

    private static void Service(DescribedLine service, Findings findings)
    {
        var (name, space) = (service["Name"].Value ?? "", service["Namespace"].Value);
        var ports = new List<ServicePort>();
        foreach (var line in service.Below)
        {
            // "Port: dns  53/UDP", then "TargetPort: 53/UDP", "NodePort: dns  30053/UDP", "Endpoints: 10.1.7.3:53"
            var words = line.Value?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            var (port, protocol) = PortOf(words.LastOrDefault());
            switch (line.Key)
            {
                case "Port" when port is not null:
                    ports.Add(new ServicePort(words.Length > 1 && words[0] is not ("<unset>" or "<none>") ? words[0] : null, protocol ?? "TCP", port.Value));
                    break;
                case "TargetPort" when ports.Count > 0 && words is [var target, ..]:
                    ports[^1] = ports[^1] with { TargetPort = target.Split('/')[0] };
                    break;
                case "NodePort" when ports.Count > 0:
                    ports[^1] = ports[^1] with { NodePort = port };
                    break;
                case "Endpoints" when ports.Count > 0:
                    Endpoints(line, space, name, ports[^1], findings);
                    break;
            }
        }

        findings.Add(new ClusterService(
            findings.At, findings.From(service.Line), space, name, service["Type"].Value, Listed(service["IP"].Value, service["IPs"].Value),
            Listed(service["External IPs"].Value, service["LoadBalancer Ingress"].Value?.Split(' ')[0], service["IP (LoadBalancer)"].Value), ports, service["External Traffic Policy"].Value, Pairs(service["Selector"])));
        Events(service["Events"], "Service", space, name, findings);
    }

    private static void Endpoints(DescribedLine line, string? space, string service, ServicePort port, Findings findings)
    {
        foreach (var text in line.Value?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (text.Contains(':') && IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port > 0)
            {
                // Only those that are ready are listed.
                findings.Add(new ServiceEndpoint(findings.At, findings.From(line.Line), space, service, endpoint.Address, [new ServicePort(port.Name, port.Protocol, endpoint.Port)], true, null, null, null, null));
            }
        }
    }

    private static void Events(DescribedLine events, string kind, string? space, string name, Findings findings)
    {
        foreach (var (line, table, cells) in Table(events))
        {
            if (table.Cell(cells, "Type") is { } type && table.Cell(cells, "Reason") is { } reason)
            {
                var (age, count) = EventAge.Of(table.Cell(cells, "Age"));
                var from = (table.Cell(cells, "From") ?? "").Split(", ");
                findings.Add(new ClusterEvent(findings.At, findings.From(line), kind, space, name, type, reason, table.Cell(cells, "Message") ?? "", count, null, null)
                {
                    Age = age,
                    Component = from[0].Length > 0 ? from[0] : null,
                    Node = from.Length > 1 ? from[1] : null,
                });
            }
        }
    }

    private static IEnumerable<(int Line, ColumnTable Table, IReadOnlyList<string> Cells)> Table(DescribedLine of)
    {
        ColumnTable? table = null;
        foreach (var row in of.Rows)
        {
            if (table is null)
            {
                table = new ColumnTable(row.Text);
            }
            else if (row.Text.TrimStart() is not ['-', '-', ..])
            {
                yield return (row.Number, table, table.Cells(row.Text));
            }
        }
    }

    private static Dictionary<string, string> Pairs(DescribedLine of)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in (of.Value?.Split(',') ?? []).Concat(of.Rows.Select(r => r.Text.Trim())))
        {
            var equals = text.IndexOf('=');
            if (equals > 0)
            {
                pairs[text[..equals]] = text[(equals + 1)..];
            }
        }

        return pairs;
    }

    private static Dictionary<string, long> Amounts(DescribedLine of)
    {
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in of.Below)
        {
            if (Quantity.Of(line.Value, line.Key == "cpu" ? 1000 : 1) is { } amount)
            {
                amounts[line.Key] = amount;
            }
        }

        return amounts;
    }

    private static IReadOnlyList<IPAddress> Listed(params string?[] texts) => ClusterObjects.Addresses(texts.SelectMany(t => t?.Split(',') ?? []));

    private static (int? Port, string? Protocol) PortOf(string? text) =>
        text?.Split('/') is [var number, var protocol] && Words.Number(number) is > 0 and <= 65535 and var port ? ((int)port, protocol) : (null, null);

    private static int? Number(DescribedLine of) => Words.Number(of.Value) is { } n and >= int.MinValue and <= int.MaxValue ? (int)n : null;

    private static bool? Flag(DescribedLine of) => of.Value switch { "True" => true, "False" => false, _ => null };
}
