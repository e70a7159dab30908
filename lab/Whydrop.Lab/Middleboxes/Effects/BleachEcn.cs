namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Clears the ECN bits of the outermost IP header (RFC 3168 section 5), or drops SYNs that offer ECN.</summary>
/// <param name="dropsSyn">Drops a SYN with ECE and CWR instead.</param>
public sealed class BleachEcn(bool dropsSyn = false) : PacketEffect
{
    protected override void Handle(Packet packet, Passage next)
    {
        if (dropsSyn)
        {
            if (packet.IsSyn && (packet.Flags & 0xc0) == 0xc0)
                Counted();
            else
                next.Pass(packet);
            return;
        }

        var ipv6 = packet.Bytes[0] >> 4 == 6;
        var (at, bits) = ipv6 ? (1, (byte)0x30) : (1, (byte)0x03);
        if ((packet.Bytes[at] & bits) != 0)
        {
            Counted();
            packet.Bytes[at] &= (byte)~bits;
            packet.FixChecksums();
        }

        next.Pass(packet);
    }
}
