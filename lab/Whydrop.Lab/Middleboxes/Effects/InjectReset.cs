using System.Buffers.Binary;

namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>After so many data packets of a connection in this direction it forges resets to both ends, with a TTL and an IP identification that are its own.</summary>
/// <param name="afterPackets">Data packets that pass before.</param>
/// <param name="ttl">TTL or hop limit that the forged segments leave with.</param>
/// <param name="bothEnds">Also to the sender of the data; false: only to its receiver.</param>
public sealed class InjectReset(int afterPackets, byte ttl = 255, bool bothEnds = true) : PacketEffect
{
    private const byte Reset = 4;
    private const byte Acknowledged = 16;
    private readonly Dictionary<FlowKey, int> seen = [];

    protected override void Handle(Packet packet, Passage next)
    {
        next.Pass(packet);
        if (!packet.HasPayload)
            return;
        var flow = packet.Flow;
        var data = seen[flow] = seen.GetValueOrDefault(flow) + 1;
        if (data != afterPackets)
            return;
        Counted();
        next.SendOn(Forge(packet, packet.Seq + (uint)packet.PayloadLength, turned: false));
        if (bothEnds)
            next.SendBack(Forge(packet, packet.Ack, turned: true));
    }

    internal static Packet Forge(Packet template, uint seq, bool turned, byte ttl)
    {
        var forged = template.WithoutPayload();
        if (turned)
        {
            forged.TurnAround();
            forged.Ack = template.Seq + (uint)template.PayloadLength;
        }

        forged.Seq = seq;
        forged.Bytes[forged.Transport + 13] = Reset | Acknowledged;
        forged.Bytes.AsSpan(forged.Transport + 14, 2).Clear(); // window
        forged.TcpOptions.Fill(1);
        if (forged.IsIpv6)
        {
            forged.Bytes[forged.Inner + 7] = ttl;
        }
        else
        {
            forged.Bytes[forged.Inner + 8] = ttl;
            BinaryPrimitives.WriteUInt16BigEndian(forged.Bytes.AsSpan(forged.Inner + 4), 0);
        }

        forged.FixChecksums();
        return forged;
    }

    private Packet Forge(Packet template, uint seq, bool turned) => Forge(template, seq, turned, ttl);
}
