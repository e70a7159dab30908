using System.Net;

namespace Whydrop.Evidence.Cluster;

/// <summary>One address behind a service, of an Endpoints object or an EndpointSlice.</summary>
/// <param name="Namespace">Namespace of the service; null when the listing does not say it.</param>
/// <param name="Service">Name of the service.</param>
/// <param name="Address">The address.</param>
/// <param name="Ports">Ports there; empty when not said.</param>
/// <param name="Ready">It takes new connections; null when not said.</param>
/// <param name="Serving">It answers, also while it terminates; null when not said.</param>
/// <param name="Terminating">It is being deleted; null when not said.</param>
/// <param name="Node">Node it is on; null when not said.</param>
/// <param name="Target">"Pod/namespace/name" that it stands for; null when not said.</param>
public sealed record ServiceEndpoint(
    VantagePoint At, Provenance From, string? Namespace, string Service, IPAddress Address, IReadOnlyList<ServicePort> Ports, bool? Ready, bool? Serving, bool? Terminating,
    string? Node, string? Target) : Fact(At, From);
