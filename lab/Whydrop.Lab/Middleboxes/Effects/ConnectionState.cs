namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>A stateful firewall or load balancer: it forwards only connections whose SYN it saw and that were not idle too long. Put it into both chains.</summary>
/// <param name="idle">Time without a packet after which a connection is forgotten.</param>
/// <param name="resets">Answers what belongs to no connection with a reset; false: drops it silently.</param>
public sealed class ConnectionState(TimeSpan idle, bool resets = false) : PacketEffect
{
    private const byte Ttl = 255;
    private readonly Dictionary<FlowKey, TimeSpan> lastSeen = [];
    private volatile bool forget;
    private long expired;

    /// <summary>Connections that it forgot because they were idle.</summary>
    public long Expired => Volatile.Read(ref expired);

    /// <summary>Learns connections in the middle too. True while the run warms up, false afterwards.</summary>
    public bool Learns { get; set; }

    /// <summary>Forgets every connection at once: a failover without state.</summary>
    public void Forget() => forget = true;

    protected override void Handle(Packet packet, Passage next)
    {
        if (!packet.IsTcp)
        {
            next.Pass(packet);
            return;
        }

        if (forget)
        {
            forget = false;
            lastSeen.Clear();
        }

        var flow = packet.Flow;
        var known = lastSeen.TryGetValue(flow, out var last);
        if (known && next.Now - last > idle)
        {
            known = false;
            lastSeen.Remove(flow);
            Interlocked.Increment(ref expired);
        }

        if (known || packet.IsSyn || Learns)
        {
            lastSeen[flow] = next.Now;
            next.Pass(packet);
            return;
        }

        Counted();
        if (resets && !packet.IsReset)
            next.SendBack(InjectReset.Forge(packet, packet.Ack, turned: true, Ttl));
    }
}
