namespace Whydrop.Tcp.Fates;

/// <summary>What became of the datagrams of one length in one direction.</summary>
internal struct SizeTally
{
    public int Next;
    public int DatagramLength;
    public long Delivered;
    public long Lost;
    public bool DontFragment;
}
