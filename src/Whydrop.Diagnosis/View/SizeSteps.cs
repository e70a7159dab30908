using System.Net.Sockets;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Looks for a step in loss over datagram size, direction by direction.</summary>
internal static class SizeSteps
{
    internal static List<SizeStep> Find(CaseView view)
    {
        var steps = new List<SizeStep>();
        foreach (var ofDirection in view.Losses.GroupBy(l => l.Direction))
        {
            if (view.Sizes(ofDirection.Key) is { } sizes && Find(view, ofDirection.Key, sizes, [.. ofDirection]) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    private static SizeStep? Find(CaseView view, DirectionKey direction, DatagramSizes sizes, List<Loss> losses)
    {
        var delivered = sizes.Sizes.Where(s => s.Delivered > 0).ToArray();
        var largest = Math.Max(delivered.Length == 0 ? 0 : delivered.Max(s => s.DatagramLength), HandshakeLength(view, direction));
        var above = losses.Where(l => l.DatagramLength > Math.Max(largest, LeastMtu(view, direction)) && l.DontFragment == true && (!l.PassedAsLarge || BeforeTunnel(view, l))).ToArray();
        if (above.Length == 0)
        {
            return null;
        }

        var lostBelow = losses.Count(l => l.DatagramLength is { } length && length <= largest);
        return new SizeStep(
            direction, largest, above.Min(l => l.DatagramLength!.Value), above, delivered.Sum(s => s.Delivered), lostBelow, sizes.From);
    }

    /// <summary>What came to a tunnel device has yet to be wrapped: that one as large came there says nothing of what fits below.</summary>
    private static bool BeforeTunnel(CaseView view, Loss loss) => loss.Placement is { } place && place.At.Stack == place.MissingAt.Stack
        && view.Interfaces(place.MissingAt.Stack).Any(d => d.At == place.MissingAt && Encapsulation.IsTunnel(d));

    /// <summary>Every link takes this much: RFC 791 (68 bytes), RFC 8200 §5 (1280 bytes).</summary>
    private static int LeastMtu(CaseView view, DirectionKey direction) =>
        view.Flow(view.Connections.NearestToSender(direction))?.Client.AddressFamily == AddressFamily.InterNetworkV6 ? 1280 : 68;

    /// <summary>A SYN or SYN-ACK that was answered got through: its headers and options are at least this long.</summary>
    private static int HandshakeLength(CaseView view, DirectionKey direction)
    {
        if (view.Flow(view.Connections.NearestToSender(direction)) is not { Synchronised: true } flow)
        {
            return 0;
        }

        const int MssOption = 4;
        return (flow.Client.AddressFamily == AddressFamily.InterNetworkV6 ? 60 : 40) + MssOption;
    }
}
