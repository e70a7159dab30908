namespace Whydrop.Lab.Collection;

/// <summary>A pod as <see cref="PodListing"/> writes it, with one container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Node">The node that runs it.</param>
/// <param name="Address">Its address.</param>
/// <param name="Container">Name of its container.</param>
public sealed record ListedPod(string Name, string Namespace, string Node, string Address, string Container)
{
    /// <summary>How often the container was started again.</summary>
    public int Restarts { get; init; }

    /// <summary>When the container's last life began; null when it had none.</summary>
    public DateTimeOffset? LastStarted { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? LastEnded { get; init; }

    /// <summary>Why, as the kubelet words it: "OOMKilled", "Error", "Completed".</summary>
    public string Reason { get; init; } = "Error";

    /// <summary>Exit code of that life.</summary>
    public int ExitCode { get; init; }

    /// <summary>Shares the node's network.</summary>
    public bool HostNetwork { get; init; }
}
