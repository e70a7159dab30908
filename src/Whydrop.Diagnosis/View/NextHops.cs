using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Who a namespace handed packets to on the link: the next hop, of tunnels that of the outer packets.</summary>
/// <param name="At">The namespace.</param>
/// <param name="Address">Address of the next hop.</param>
/// <param name="Gone">What it was to take on and what vanished.</param>
internal sealed record NextHops(VantagePoint At, IPAddress Address, Vanishing Gone)
{
    /// <summary>Of every namespace that saw what vanished, the last that did first.</summary>
    internal static IEnumerable<NextHops> Of(CaseView view)
    {
        foreach (var gone in view.Vanishings)
        {
            var found = new List<NextHops>();
            foreach (var direction in gone.Directions)
            {
                var trail = view.Trails[direction.Connection];
                foreach (var flow in direction == trail.ToServer ? trail.Flows : trail.Flows.Reverse())
                {
                    var to = (direction == trail.ToServer ? flow.Server : flow.Client).Address;
                    found.AddRange(Towards(view, flow, to, direction == trail.ToServer).Select(hop => new NextHops(flow.At.Stack, hop, gone)));
                    if (flow.At == gone.Seen)
                    {
                        break;
                    }
                }
            }

            foreach (var hop in found.AsEnumerable().Reverse().Distinct())
            {
                yield return hop;
            }
        }
    }

    private static IEnumerable<IPAddress> Towards(CaseView view, TcpFlow flow, IPAddress to, bool toServer)
    {
        var outer = Encapsulation.Ends(flow.Encapsulation) is { } ends ? toServer ? ends.Destination : ends.Source : null;
        foreach (var address in outer is null ? new[] { to } : [outer])
        {
            if (view.Stacks.Owners(address).Contains(flow.At.Stack))
            {
                continue;
            }

            if (RouteLookup.Of(view, flow.At.Stack, address).NextHop(address) is { } hop)
            {
                yield return hop;
            }
        }
    }
}
