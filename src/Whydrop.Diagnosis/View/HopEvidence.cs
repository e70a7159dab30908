using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>What would place losses on a hop.</summary>
internal static class HopEvidence
{
    // At the loss rate seen, long enough for the losses the tests need; bounded so that a capture stays small.
    private static readonly TimeSpan Watch = TimeSpan.FromMinutes(5);

    internal static IEnumerable<NextEvidence> For(Hop hop)
    {
        if (hop.Placed || hop.Losses.Count == 0)
        {
            yield break;
        }

        var key = new FlowKey(hop.Losses[0].Fate.Capture, hop.Losses[0].Fate.Flow);
        var flow = hop.View.Flow(key);
        var receiver = hop.Losses[0].Fate.FromClient ? flow?.Server : flow?.Client;
        var holder = Holder(hop.View, receiver) ?? VantagePoint.Unknown;
        if (hop.AtTheEnd)
        {
            yield return new NextEvidence(
                holder, $"{AttemptEvidence.Enter(holder)}nstat -az; ss -tinmoe (where {(receiver is null ? "the receiver" : receiver.Address)} lives, before and after)", null,
                "what its own kernel did with segments that had come to its door: TcpExtTCPRcvQDrop, TcpInCsumErrors, TcpExtTCPBacklogDrop");
            yield break;
        }

        var filter = flow is null ? "tcp" : $"tcp and port {flow.Server.Port}";
        if (hop.Seen is { } seen)
        {
            yield return Tcpdump(seen, filter, "the losses once more, at the same time as at the other end");
        }

        yield return Tcpdump(
            holder, filter,
            $"which of them still arrive at {(receiver is null ? "the receiver" : receiver.Address)}: that halves the way between; repeat with the hops in the middle");
    }

    private static VantagePoint? Holder(CaseView view, System.Net.IPEndPoint? end) =>
        end is null ? null : view.Facts.Of<Evidence.Stack.InterfaceAddress>().FirstOrDefault(a => a.Address.Equals(end.Address))?.At;

    private static NextEvidence Tcpdump(VantagePoint at, string filter, string why)
    {
        var device = at.Interface ?? "DEVICE";
        var name = string.Join('-', new[] { at.Node ?? "receiver", at.Netns, at.Interface ?? "device" }.Where(p => p is not null)).Replace('/', '-');
        var enter = at.Netns is { } netns ? $"ip netns exec {netns} " : "";
        return new NextEvidence(at, $"{enter}timeout {Watch.TotalSeconds:0} tcpdump -ni {device} -s 128 -w {name}.pcap '{filter}'", Watch, why);
    }
}
