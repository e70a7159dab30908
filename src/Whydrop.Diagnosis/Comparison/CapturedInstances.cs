using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Load;

namespace Whydrop.Diagnosis.Comparison;

/// <summary>The instances of a service as captures show them: each address that was connected to, how many of its connections suffer, and what the cluster says of it.</summary>
public static class CapturedInstances
{
    /// <summary>Servers where connections went to several, else clients; each with the share of its connections that lost segments, were not opened in time, reset or stalled. Empty without captures.</summary>
    public static IReadOnlyList<ServiceInstance> Of(FactSet facts)
    {
        var view = new CaseView(facts);
        var suffers = view.Troubles.Select(t => t.Connection).Concat(view.Losses.Select(l => l.Direction.Connection)).ToHashSet();
        var trails = view.Trails.Where(t => t.Flows.Count > 0).ToArray();
        var servers = trails.GroupBy(t => t.ServerThere.Address).ToArray();
        var ends = servers.Length > 1 ? servers : trails.GroupBy(t => t.Client.Address).ToArray();
        return [.. ends.Select(e => new ServiceInstance(Name(view, e.Key), Attributes(view, e.Key), (double)e.Count(t => suffers.Contains(t.Connection)) / e.Count())).OrderBy(i => i.Name, StringComparer.Ordinal)];
    }

    private static string Name(CaseView view, IPAddress address) => PodOf(view, address) is { } pod ? $"{pod.Namespace ?? "?"}/{pod.Name}" : view.Stacks.Of(address)?.ToString() ?? address.ToString();

    /// <summary>A pod on the network of its node has the node's address: it is not the only one that has it.</summary>
    private static Pod? PodOf(CaseView view, IPAddress address) => view.Facts.Of<Pod>().Where(p => p.HostNetwork is not true && p.Addresses.Contains(address)).Take(2).ToArray() is [var only] ? only : null;

    private static Dictionary<string, string> Attributes(CaseView view, IPAddress address)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal) { ["family"] = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4" };
        var pod = PodOf(view, address);
        found["kind"] = pod is not null ? "pod" : view.Facts.Of<ClusterNode>().Any(n => n.Addresses.Contains(address)) ? "node" : "outside the cluster";
        if (view.Places.NodeOf(address) is { } node)
        {
            found["node"] = node;
            var told = view.Facts.Of<ClusterNode>().FirstOrDefault(n => n.Name == node);
            if (told?.KernelVersion is { } kernel)
            {
                found["kernel of the node"] = kernel;
            }

            foreach (var (label, value) in told is null ? [] : told.Labels.ToArray())
            {
                found[$"node label {label}"] = value;
            }
        }

        if (pod is null)
        {
            return found;
        }

        foreach (var label in pod.Labels)
        {
            found[$"label {label.Key}"] = label.Value;
        }

        foreach (var container in pod.Containers.Where(c => c.Image is not null))
        {
            found[$"image of {container.Name}"] = container.Image!;
            found[$"cpu limit of {container.Name}"] = container.Limits.TryGetValue("cpu", out var cpu) ? $"{cpu}m" : "none";
        }

        return found;
    }
}
