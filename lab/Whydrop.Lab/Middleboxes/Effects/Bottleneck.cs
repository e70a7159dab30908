namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>A slow link with a queue in front: packets wait, and are dropped when the queue is full.</summary>
/// <param name="bytesPerSecond">Rate.</param>
/// <param name="queue">Most bytes that wait.</param>
public sealed class Bottleneck(double bytesPerSecond, double queue) : PacketEffect
{
    private TimeSpan free;
    private long longest;

    /// <summary>Longest time that a packet waited.</summary>
    public TimeSpan LongestWait => TimeSpan.FromTicks(Volatile.Read(ref longest));

    protected override void Handle(Packet packet, Passage next)
    {
        var now = next.Now;
        var wait = free > now ? free - now : TimeSpan.Zero;
        if (wait.TotalSeconds * bytesPerSecond > queue)
        {
            Counted();
            return;
        }

        free = now + wait + TimeSpan.FromSeconds(packet.Length / bytesPerSecond);
        if (wait.Ticks > Volatile.Read(ref longest))
            Volatile.Write(ref longest, wait.Ticks);
        next.PassAt(packet, free);
    }
}
