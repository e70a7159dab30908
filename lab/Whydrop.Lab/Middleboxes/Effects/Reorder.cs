namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Holds some packets back so that later ones overtake them.</summary>
/// <param name="probability">Of a packet to be held, 0 to 1.</param>
/// <param name="held">For how long.</param>
public sealed class Reorder(double probability, TimeSpan held) : PacketEffect
{
    protected override void Handle(Packet packet, Passage next)
    {
        if (next.Random.NextDouble() >= probability)
        {
            next.Pass(packet);
            return;
        }

        Counted();
        next.Pass(packet, held);
    }
}
