namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Drops in bursts: Gilbert's model of a good and a bad state; in the bad state every packet is lost.</summary>
/// <param name="toBad">Probability per packet that a burst begins.</param>
/// <param name="toGood">Probability per packet that it ends: one over its mean length in packets.</param>
public sealed class BurstDrop(double toBad, double toGood) : PacketEffect
{
    private bool bad;
    private long bursts;

    /// <summary>Bursts begun.</summary>
    public long Bursts => Volatile.Read(ref bursts);

    protected override void Handle(Packet packet, Passage next)
    {
        if (next.Random.NextDouble() < (bad ? toGood : toBad))
        {
            bad = !bad;
            if (bad)
                Interlocked.Increment(ref bursts);
        }

        if (bad)
            Counted();
        else
            next.Pass(packet);
    }
}
