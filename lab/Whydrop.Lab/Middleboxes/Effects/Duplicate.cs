namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Delivers some packets twice.</summary>
/// <param name="probability">Of a packet to be repeated, 0 to 1.</param>
/// <param name="after">Time between the two.</param>
public sealed class Duplicate(double probability, TimeSpan after = default) : PacketEffect
{
    protected override void Handle(Packet packet, Passage next)
    {
        if (next.Random.NextDouble() < probability)
        {
            Counted();
            next.Pass(packet.Copy(), after);
        }

        next.Pass(packet);
    }
}
