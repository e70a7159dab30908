namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>After so many data packets of a connection in this direction it sends one more, a copy far outside the window: a segment that got lost in the network and comes back too late or out of another connection.</summary>
/// <param name="afterPackets">Data packets that pass before.</param>
/// <param name="distance">How far its sequence number is ahead, bytes.</param>
public sealed class StraySegment(int afterPackets, uint distance) : PacketEffect
{
    private readonly Dictionary<FlowKey, int> seen = [];

    protected override void Handle(Packet packet, Passage next)
    {
        next.Pass(packet);
        if (!packet.HasPayload)
            return;
        var flow = packet.Flow;
        var data = seen[flow] = seen.GetValueOrDefault(flow) + 1;
        if (data != afterPackets)
            return;
        Counted();
        var stray = packet.Copy();
        stray.Seq += distance;
        stray.FixChecksums();
        next.SendOn(stray);
    }
}
