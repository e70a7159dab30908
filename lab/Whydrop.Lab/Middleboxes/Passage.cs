namespace Whydrop.Lab.Middleboxes;

/// <summary>The rest of a packet's way through a middlebox: the effects behind the present one, then the wire.</summary>
public readonly struct Passage
{
    private readonly Middlebox box;
    private readonly PacketEffect[] effects;
    private readonly int index;
    private readonly bool toServer;

    internal Passage(Middlebox box, PacketEffect[] effects, int index, bool toServer)
    {
        this.box = box;
        this.effects = effects;
        this.index = index;
        this.toServer = toServer;
    }

    /// <summary>Source of chance, seeded.</summary>
    public Random Random => box.Random;

    /// <summary>Time since the middlebox was started.</summary>
    public TimeSpan Now => box.Now;

    /// <summary>The packet goes from the client's side to the server's.</summary>
    public bool ToServer => toServer;

    /// <summary>On to the next effect, or out.</summary>
    public void Pass(Packet packet)
    {
        if (index < effects.Length)
            effects[index].Take(packet, new Passage(box, effects, index + 1, toServer));
        else
            box.Emit(packet, toServer);
    }

    /// <summary>The same after a time.</summary>
    public void Pass(Packet packet, TimeSpan after) => box.Later(packet, this, box.Now + after);

    /// <summary>The same at a time of <see cref="Now"/>. Packets of the same time leave in the order in which they were passed.</summary>
    public void PassAt(Packet packet, TimeSpan due) => box.Later(packet, this, due);

    /// <summary>Straight out on the side that it came from, past all effects: an answer of the middlebox itself.</summary>
    public void SendBack(Packet packet) => box.Emit(packet, !toServer);

    /// <summary>Straight out on the far side.</summary>
    public void SendOn(Packet packet) => box.Emit(packet, toServer);
}
