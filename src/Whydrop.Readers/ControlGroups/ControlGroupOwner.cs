using System.Text.RegularExpressions;

namespace Whydrop.Readers.ControlGroups;

/// <summary>
/// The pod and container that the path of a control group names, as kubelet's drivers build it: "…/pod&lt;uid&gt;/&lt;container&gt;" (cgroupfs) or
/// "…-pod&lt;uid with _&gt;.slice/cri-containerd-&lt;container&gt;.scope" (systemd).
/// </summary>
internal static partial class ControlGroupOwner
{
    /// <summary>Uid of the pod with '-', and id of the container; null where the path names none.</summary>
    public static (string? PodUid, string? ContainerId) Of(string path)
    {
        var pod = Pod().Match(path);
        var container = Container().Match(path);
        return (pod.Success ? pod.Groups["uid"].Value.Replace('_', '-') : null, container.Success ? container.Groups["id"].Value : null);
    }

    // Static pods have a hash without '-' for uid.
    [GeneratedRegex(@"(?:^|[/-])pod(?<uid>[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?=[./]|$)")]
    private static partial Regex Pod();

    [GeneratedRegex(@"(?:^|[/:-])(?<id>[0-9a-f]{64})(?=\.scope|/|$)")]
    private static partial Regex Container();
}
