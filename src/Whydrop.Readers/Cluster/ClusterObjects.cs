using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>Objects of the cluster's API, one after another, in any order and however they were wrapped, to facts.</summary>
internal sealed class ClusterObjects(Findings findings)
{
    private const int MostKinds = 20;

    private readonly SortedDictionary<string, (int Count, int Line)> others = new(StringComparer.Ordinal);

    /// <summary>Takes one object. What is no object of the API is nothing.</summary>
    public void Take(JsonItem item)
    {
        var kind = item["kind"].Text ?? Shape(item);
        if (kind is null || (kind.EndsWith("List", StringComparison.Ordinal) && !item.Has("spec")))
        {
            return;
        }

        switch (kind)
        {
            case "Pod":
                Pod(item);
                break;
            case "Node":
                Node(item);
                break;
            case "Service" when item["apiVersion"].Text is null or "v1":
                ServiceObject.Service(item, findings);
                break;
            case "Endpoints":
                ServiceObject.Endpoints(item, findings);
                break;
            case "EndpointSlice":
                ServiceObject.Slice(item, findings);
                break;
            case "Event":
                Event(item);
                break;
            case "ConfigMap":
                CniObject.ConfigMap(item, findings);
                break;
            case "IPPool" or "Installation":
                CniObject.Calico(kind, item, findings);
                break;
            case not null when kind.Length <= 63 && (others.ContainsKey(kind) || others.Count < MostKinds):
                others[kind] = (others.GetValueOrDefault(kind).Count + 1, others.TryGetValue(kind, out var first) ? first.Line : item.Line);
                break;
        }
    }

    /// <summary>Ends the text: says which kinds of objects are no evidence here.</summary>
    public void Close()
    {
        if (others.Count > 0)
        {
            findings.Remark(others.Values.Min(o => o.Line), $"objects of other kinds are not read: {string.Join(", ", others.Select(o => $"{o.Value.Count} × {o.Key}"))}");
        }
    }

    // In a typed list ("PodList") the items need not say what they are.
    private static string? Shape(JsonItem item) => item switch
    {
        _ when item["metadata"].Members.Count == 0 => null,
        _ when item["spec"].Has("containers") => "Pod",
        _ when item["status"].Has("nodeInfo") => "Node",
        _ when item["spec"].Has("clusterIP") => "Service",
        _ when item.Has("subsets") => "Endpoints",
        _ when item.Has("endpoints") && item.Has("addressType") => "EndpointSlice",
        _ when item.Has("involvedObject") || item.Has("regarding") => "Event",
        _ when item.Has("data") => "ConfigMap",
        _ => null,
    };

    private void Pod(JsonItem item)
    {
        JsonItem meta = item["metadata"], spec = item["spec"], status = item["status"];
        if (meta["name"].Text is not { } name)
        {
            findings.Gap(item.Line, GapKind.Malformed, "a pod without name");
            return;
        }

        var containers = PodObject.Containers(spec, status);
        findings.Add(new Pod(
            findings.At, findings.From(item.Line), meta["namespace"].Text, name, meta["uid"].Text, Addresses(status["podIPs"].Items.Select(i => i["ip"].Text).Append(status["podIP"].Text)),
            spec["nodeName"].Text, status["phase"].Text, spec.Members.Count == 0 ? null : spec["hostNetwork"].Flag ?? false,
            containers.Any(c => c.Restarts is not null) ? containers.Sum(c => c.Restarts ?? 0) : null, containers)
        {
            Created = ClusterMoment.Time(meta["creationTimestamp"].Text),
            Started = ClusterMoment.Time(status["startTime"].Text),
            Deleted = ClusterMoment.Time(meta["deletionTimestamp"].Text),
            Owner = meta["ownerReferences"].Items is [var owner, ..] && owner["kind"].Text is { } kind ? $"{kind}/{owner["name"].Text}" : null,
            Labels = Texts(meta["labels"]),
        });
        CniObject.OfPod(item, findings);
    }

    private void Node(JsonItem item)
    {
        JsonItem meta = item["metadata"], spec = item["spec"], status = item["status"];
        if (meta["name"].Text is not { } name)
        {
            findings.Gap(item.Line, GapKind.Malformed, "a node without name");
            return;
        }

        findings.Add(new ClusterNode(
            findings.At, findings.From(item.Line), name,
            Addresses(status["addresses"].Items.Where(a => a["type"].Text is "InternalIP" or "ExternalIP").Select(a => a["address"].Text)),
            [.. spec["podCIDRs"].Items.Select(c => c.Text).Append(spec["podCIDR"].Text).Select(AddressText.Network).OfType<IPNetwork>().Distinct()],
            [.. status["conditions"].Items.Where(c => c["type"].Text is not null).Select(c => new NodeCondition(c["type"].Text!, c["status"].Text ?? "Unknown", c["reason"].Text, ClusterMoment.Time(c["lastTransitionTime"].Text)))])
        {
            Created = ClusterMoment.Time(meta["creationTimestamp"].Text),
            KernelVersion = status["nodeInfo"]["kernelVersion"].Text,
            Labels = Texts(meta["labels"]),
        });
    }

    // core/v1 and events.k8s.io/v1 name the same things differently.
    private void Event(JsonItem item)
    {
        var about = item.Has("involvedObject") ? item["involvedObject"] : item["regarding"];
        if (about["name"].Text is not { } name)
        {
            findings.Gap(item.Line, GapKind.Malformed, "an event without the object it is about");
            return;
        }

        var single = ClusterMoment.Time(item["eventTime"].Text);
        findings.Add(new ClusterEvent(
            findings.At, findings.From(item.Line), about["kind"].Text ?? "", about["namespace"].Text, name, item["type"].Text ?? "Normal", item["reason"].Text ?? "",
            (item["message"].Text ?? item["note"].Text ?? "").Trim(), item["series"]["count"].Number ?? item["count"].Number ?? item["deprecatedCount"].Number,
            ClusterMoment.Time(item["firstTimestamp"].Text ?? item["deprecatedFirstTimestamp"].Text) ?? single,
            ClusterMoment.Time(item["series"]["lastObservedTime"].Text ?? item["lastTimestamp"].Text ?? item["deprecatedLastTimestamp"].Text) ?? single)
        {
            Node = NonEmpty(item["source"]["host"].Text ?? item["deprecatedSource"]["host"].Text),
            Component = NonEmpty(item["source"]["component"].Text) ?? NonEmpty(item["reportingComponent"].Text ?? item["reportingController"].Text),
        });
    }

    /// <summary>The addresses among some texts, each once.</summary>
    internal static IReadOnlyList<IPAddress> Addresses(IEnumerable<string?> texts) => [.. texts.Select(AddressText.Address).OfType<IPAddress>().Distinct()];

    internal static IReadOnlyDictionary<string, string> Texts(JsonItem item) =>
        item.Members.Where(m => m.Value.Text is not null).ToDictionary(m => m.Key, m => m.Value.Text!, StringComparer.Ordinal);

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
