namespace Whydrop.Evidence.Cluster;

/// <summary>One port of a <see cref="ClusterService"/> or of a <see cref="ServiceEndpoint"/>.</summary>
/// <param name="Name">Its name; null when it has none or it is not said.</param>
/// <param name="Protocol">"TCP", "UDP", "SCTP".</param>
/// <param name="Port">Port number.</param>
/// <param name="TargetPort">Number or name of the port in the pod; null when not said.</param>
/// <param name="NodePort">Port on each node; null when it has none.</param>
public sealed record ServicePort(string? Name, string Protocol, int Port, string? TargetPort = null, int? NodePort = null);
