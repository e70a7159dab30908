namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Drops each packet with the same probability, independent of all others.</summary>
/// <param name="probability">0 to 1.</param>
public sealed class RandomDrop(double probability) : PacketEffect
{
    protected override void Handle(Packet packet, Passage next)
    {
        if (next.Random.NextDouble() < probability)
            Counted();
        else
            next.Pass(packet);
    }
}
