namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Flips one bit of some packets' TCP or UDP payload.</summary>
/// <param name="probability">Of a packet with payload to be damaged, 0 to 1.</param>
/// <param name="fixesChecksum">Writes a checksum that fits: the damage reaches the application.</param>
public sealed class Corrupt(double probability, bool fixesChecksum = false) : PacketEffect
{
    protected override void Handle(Packet packet, Passage next)
    {
        var start = packet.IsTcp ? packet.Payload : packet.IsUdp ? packet.Transport + 8 : packet.Length;
        if (start < packet.Length && next.Random.NextDouble() < probability)
        {
            Counted();
            packet.Bytes[next.Random.Next(start, packet.Length)] ^= (byte)(1 << next.Random.Next(8));
            if (fixesChecksum)
                packet.FixChecksums();
        }

        next.Pass(packet);
    }
}
