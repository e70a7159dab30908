namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Holds packets for a time. With jitter the order is kept unless <paramref name="mayReorder"/>.</summary>
/// <param name="time">Least time.</param>
/// <param name="jitter">Most that is added, evenly distributed.</param>
/// <param name="mayReorder">A packet with little jitter may overtake one with much.</param>
public sealed class Delay(TimeSpan time, TimeSpan jitter = default, bool mayReorder = false) : PacketEffect
{
    private TimeSpan last;

    /// <summary>Least time; may be changed while packets flow.</summary>
    public TimeSpan Time { get; set; } = time;

    protected override void Handle(Packet packet, Passage next)
    {
        Counted();
        var due = next.Now + Time + (jitter * next.Random.NextDouble());
        if (!mayReorder && due < last)
            due = last;
        last = due;
        next.PassAt(packet, due);
    }
}
