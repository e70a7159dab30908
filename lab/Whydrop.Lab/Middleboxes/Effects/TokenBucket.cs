namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Polices a rate: what exceeds it is dropped, nothing is queued.</summary>
/// <param name="bytesPerSecond">Rate.</param>
/// <param name="burst">Depth of the bucket, bytes.</param>
public sealed class TokenBucket(double bytesPerSecond, double burst) : PacketEffect
{
    private double tokens = double.MaxValue;
    private TimeSpan filled;

    protected override void Handle(Packet packet, Passage next)
    {
        tokens = Math.Min(burst, tokens + (bytesPerSecond * (next.Now - filled).TotalSeconds));
        filled = next.Now;
        if (packet.Length > tokens)
        {
            Counted();
            return;
        }

        tokens -= packet.Length;
        next.Pass(packet);
    }
}
