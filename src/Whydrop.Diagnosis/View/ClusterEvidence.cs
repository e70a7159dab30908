using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>What to ask the cluster itself.</summary>
internal static class ClusterEvidence
{
    /// <summary>Pods with the last end of their containers, and events.</summary>
    /// <param name="node">The node it is about; null when not known.</param>
    internal static NextEvidence Pods(string? node, string why) => new(new VantagePoint(node), "kubectl get pods,nodes -A -o json; kubectl get events -A -o json", null, why);
}
