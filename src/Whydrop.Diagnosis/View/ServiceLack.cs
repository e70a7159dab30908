namespace Whydrop.Diagnosis.View;

/// <summary>What a Service has none of, as kube-proxy's rules say it.</summary>
internal enum ServiceLack
{
    /// <summary>The rule says nothing of a Service.</summary>
    None,

    /// <summary>No ready endpoint at all: kube-proxy rejects.</summary>
    Endpoints,

    /// <summary>None on this node, and the traffic policy of the Service is Local: kube-proxy drops.</summary>
    LocalEndpoints,
}
