namespace Whydrop.Lab.Middleboxes;

/// <summary>One thing that a middlebox does to packets of one direction. It counts what it did: the truth of the run.</summary>
public abstract class PacketEffect
{
    private long count;
    private volatile bool active = true;

    /// <summary>Packets that it changed, delayed, repeated or took away.</summary>
    public long Count => Volatile.Read(ref count);

    /// <summary>While false every packet passes untouched. May be changed while packets flow.</summary>
    public bool Active
    {
        get => active;
        set => active = value;
    }

    /// <summary>Packets it applies to; null: all.</summary>
    public Func<Packet, bool>? Only { get; init; }

    internal void Take(Packet packet, Passage next)
    {
        if (active && (Only is null || Only(packet)))
            Handle(packet, next);
        else
            next.Pass(packet);
    }

    /// <summary>Passes the packet on, now or later, once, twice or not at all. Called on the middlebox's one thread.</summary>
    protected abstract void Handle(Packet packet, Passage next);

    /// <summary>Counts one packet.</summary>
    protected void Counted() => Interlocked.Increment(ref count);
}
