using Whydrop.Evidence.Cluster;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>The containers of a pod: what was asked for stands in its specification, what became of it in its status.</summary>
internal static class PodObject
{
    private static readonly string[] Lists = ["initContainers", "containers", "ephemeralContainers"];
    private static readonly string[] Statuses = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"];

    public static IReadOnlyList<PodContainer> Containers(JsonItem spec, JsonItem status)
    {
        var specified = Lists.SelectMany(l => spec[l].Items).Where(c => c["name"].Text is not null).ToList();
        var known = Statuses.SelectMany(l => status[l].Items).Where(c => c["name"].Text is not null).GroupBy(c => c["name"].Text!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var names = specified.Select(c => c["name"].Text!).Concat(known.Keys).Distinct(StringComparer.Ordinal);
        var nothing = new JsonItem(0);
        return [.. names.Select(n => Container(n, specified.Find(c => c["name"].Text == n) ?? nothing, known.GetValueOrDefault(n, nothing)))];
    }

    private static PodContainer Container(string name, JsonItem spec, JsonItem status)
    {
        var state = status["state"];
        return new PodContainer(
            name, status["image"].Text ?? spec["image"].Text, Id(status["containerID"].Text), status["restartCount"].Number, status["ready"].Flag, state.Members.Keys.FirstOrDefault(),
            ClusterMoment.Time(state["running"]["startedAt"].Text), End(state["terminated"]) ?? End(status["lastState"]["terminated"]), Amounts(spec["resources"]["limits"]), Amounts(spec["resources"]["requests"]));
    }

    /// <summary>"containerd://abc" is "abc".</summary>
    public static string? Id(string? text) => string.IsNullOrEmpty(text) ? null : text[(text.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..];

    /// <summary>"cpu" in thousandths, all others in their unit.</summary>
    public static IReadOnlyDictionary<string, long> Amounts(JsonItem item)
    {
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (resource, amount) in item.Members)
        {
            if (Quantity.Of(amount.Text, resource == "cpu" ? 1000 : 1) is { } value)
            {
                amounts[resource] = value;
            }
        }

        return amounts;
    }

    private static ContainerEnd? End(JsonItem item) => item.Members.Count == 0 ? null
        : new ContainerEnd(item["reason"].Text, item["exitCode"].Number, ClusterMoment.Time(item["startedAt"].Text), ClusterMoment.Time(item["finishedAt"].Text));
}
