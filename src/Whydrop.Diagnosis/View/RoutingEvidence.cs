using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>What to ask routing daemons and switches.</summary>
internal static class RoutingEvidence
{
    /// <summary>The zone of the clocks that the logs were written by.</summary>
    internal static NextEvidence Zones(VantagePoint at) => new(
        at, "date +%z; journalctl -o short-iso-precise -u frr -u bird; kubectl logs --timestamps -n kube-system POD", null, "the times of the sessions with their zone; or state it in case.yaml (vantages: zone)");

    /// <summary>The logs of the daemons at both ends of the sessions of a device.</summary>
    internal static NextEvidence Logs(VantagePoint at) => new(
        at, "journalctl -o short-iso-precise -u bird -u frr --since \"1 hour ago\"; kubectl logs --timestamps -n kube-system POD; show logging (on the switches)", null,
        "whether a BGP session ended when the trouble began, and which daemon stopped: why the route was gone");
}
