using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>Services and what stands behind them.</summary>
internal static class ServiceObject
{
    private const string ServiceLabel = "kubernetes.io/service-name";

    public static void Service(JsonItem item, Findings findings)
    {
        JsonItem meta = item["metadata"], spec = item["spec"];
        if (meta["name"].Text is not { } name)
        {
            findings.Gap(item.Line, GapKind.Malformed, "a service without name");
            return;
        }

        findings.Add(new ClusterService(
            findings.At, findings.From(item.Line), meta["namespace"].Text, name, spec["type"].Text,
            ClusterObjects.Addresses(spec["clusterIPs"].Items.Select(i => i.Text).Append(spec["clusterIP"].Text)),
            ClusterObjects.Addresses(item["status"]["loadBalancer"]["ingress"].Items.Select(i => i["ip"].Text).Concat(spec["externalIPs"].Items.Select(i => i.Text)).Append(spec["loadBalancerIP"].Text)),
            Ports(spec["ports"]), spec["externalTrafficPolicy"].Text, ClusterObjects.Texts(spec["selector"]))
        {
            Created = ClusterMoment.Time(meta["creationTimestamp"].Text),
            InternalTrafficPolicy = spec["internalTrafficPolicy"].Text,
        });
    }

    public static void Endpoints(JsonItem item, Findings findings)
    {
        if (item["metadata"]["name"].Text is not { } name)
        {
            findings.Gap(item.Line, GapKind.Malformed, "endpoints without the name of their service");
            return;
        }

        foreach (var subset in item["subsets"].Items)
        {
            var ports = Ports(subset["ports"]);
            foreach (var (list, ready) in new[] { (subset["addresses"], true), (subset["notReadyAddresses"], false) })
            {
                foreach (var address in list.Items)
                {
                    if (AddressText.Address(address["ip"].Text) is { } ip)
                    {
                        findings.Add(new ServiceEndpoint(
                            findings.At, findings.From(address.Line), item["metadata"]["namespace"].Text, name, ip, ports, ready, null, null, address["nodeName"].Text, Target(address["targetRef"])));
                    }
                }
            }
        }
    }

    public static void Slice(JsonItem item, Findings findings)
    {
        var meta = item["metadata"];
        if ((meta["labels"][ServiceLabel].Text ?? meta["ownerReferences"].Items.Find(o => o["kind"].Text == "Service")?["name"].Text) is not { } service)
        {
            findings.Gap(item.Line, GapKind.NotCollected, "an endpoint slice without the label that names its service");
            return;
        }

        var ports = Ports(item["ports"]);
        foreach (var endpoint in item["endpoints"].Items)
        {
            var conditions = endpoint["conditions"];
            foreach (var address in ClusterObjects.Addresses(endpoint["addresses"].Items.Select(a => a.Text)))
            {
                findings.Add(new ServiceEndpoint(
                    findings.At, findings.From(endpoint.Line), meta["namespace"].Text, service, address, ports, conditions["ready"].Flag, conditions["serving"].Flag, conditions["terminating"].Flag,
                    endpoint["nodeName"].Text ?? endpoint["topology"]["kubernetes.io/hostname"].Text, Target(endpoint["targetRef"])));
            }
        }
    }

    private static List<ServicePort> Ports(JsonItem list) =>
        [.. list.Items.Where(p => p["port"].Number is not null).Select(p => new ServicePort(
            string.IsNullOrEmpty(p["name"].Text) ? null : p["name"].Text, p["protocol"].Text ?? "TCP", p["port"].Number!.Value, p["targetPort"].Text, p["nodePort"].Number is > 0 and var port ? port : null))];

    private static string? Target(JsonItem item) => item["name"].Text is { } name ? $"{item["kind"].Text}/{item["namespace"].Text}/{name}" : null;
}
