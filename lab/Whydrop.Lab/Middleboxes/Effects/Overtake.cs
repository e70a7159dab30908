namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Lets exactly so many later data packets overtake some.</summary>
/// <param name="probability">Of a packet with TCP payload to be overtaken, 0 to 1.</param>
/// <param name="by">Packets that overtake it. Three are enough for a fast retransmit (RFC 5681).</param>
/// <param name="patience">It goes on after this time although fewer came.</param>
public sealed class Overtake(double probability, int by, TimeSpan patience) : PacketEffect
{
    private Packet? held;
    private int missing;

    protected override void Handle(Packet packet, Passage next)
    {
        if (held is null && packet.HasPayload && next.Random.NextDouble() < probability)
        {
            (held, missing) = (packet, by);
            next.Pass(packet, patience);
            return;
        }

        next.Pass(packet);
        if (held is null || !packet.HasPayload || --missing > 0)
            return;
        if (held.Waits)
        {
            Counted();
            held.Waits = false;
            // Its place in the queue is still taken, so a copy goes on.
            next.Pass(held.Copy());
        }

        held = null;
    }
}
