using System.Net;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>Something on the path from the client to the server; packets of the server meet them in reverse.</summary>
public abstract class PathElement
{
    /// <summary>The packet behind it; null when it was dropped here.</summary>
    public abstract SimPacket? Pass(SimPacket packet);

    /// <summary>What it sends back in answer to a packet that came by or was dropped here; null for nothing.</summary>
    public virtual SimPacket? Answer(SimPacket packet) => null;
}

/// <summary>Answers some packets in the name of their receiver with RST, and drops them or lets them go on.</summary>
public sealed class Rejecter(Func<SimPacket, bool> rejects, bool drops = true) : PathElement
{
    public List<SimPacket> Made { get; } = [];

    public override SimPacket? Pass(SimPacket packet) => drops && rejects(packet) ? null : packet;

    public override SimPacket? Answer(SimPacket packet)
    {
        if (!rejects(packet))
        {
            return null;
        }

        var syn = (packet.Flags & 2) != 0;
        var made = packet with
        {
            FromClient = !packet.FromClient, Source = packet.Destination, Destination = packet.Source, Flags = (byte)(syn ? 20 : 4), Length = 0,
            Sequence = syn ? 0 : packet.Acknowledgment, Acknowledgment = syn ? packet.Sequence + 1 : 0, TsVal = null, TsEcr = 0, Ttl = 61, IpId = 0,
            Time = packet.Time + 5_000, Tunnel = packet.Tunnel is { } t ? t with { Source = t.Destination, Destination = t.Source } : null,
        };
        Made.Add(made);
        return made;
    }
}

/// <summary>Lowers the TTL and takes time.</summary>
public sealed class Router(long delay, Random random, bool lowersTtl = true) : PathElement
{
    public override SimPacket Pass(SimPacket packet) => packet with
    {
        Ttl = (byte)(packet.Ttl - (lowersTtl ? 1 : 0)),
        Time = packet.Time + delay + random.Next((int)(delay / 4) + 1),
    };
}

/// <summary>Rewrites both ends (DNAT and SNAT), as a NodePort service does.</summary>
public sealed class Nat(Func<int, IPEndPoint> newClient, IPEndPoint newServer) : PathElement
{
    private readonly Dictionary<int, (IPEndPoint Client, IPEndPoint Server)> original = [];

    public override SimPacket Pass(SimPacket packet)
    {
        if (packet.FromClient)
        {
            original[packet.Flow] = (packet.Source, packet.Destination);
            return packet with { Source = newClient(packet.Flow), Destination = newServer };
        }

        var (client, server) = original[packet.Flow];
        return packet with { Source = server, Destination = client };
    }
}

/// <summary>Puts packets of the client into a tunnel, and takes those of the server out of it. The other end does the opposite.</summary>
public sealed class TunnelEnd(TunnelType type, IPAddress clientSide, IPAddress serverSide, bool atClientSide) : PathElement
{
    public override SimPacket Pass(SimPacket packet) => packet with
    {
        Tunnel = packet.FromClient != atClientSide ? null
            : packet.FromClient ? new Encapsulation(type, clientSide, serverSide) : new Encapsulation(type, serverSide, clientSide),
    };
}

/// <summary>Adds to the sequence numbers of one end, and takes it off the acknowledgments back.</summary>
public sealed class SequenceRewriter(uint clientShift, uint serverShift) : PathElement
{
    public override SimPacket Pass(SimPacket packet) => packet.FromClient
        ? packet with { Sequence = packet.Sequence + clientShift, Acknowledgment = packet.Acknowledgment == 0 ? 0 : packet.Acknowledgment + serverShift }
        : packet with { Sequence = packet.Sequence - serverShift, Acknowledgment = packet.Acknowledgment == 0 ? 0 : packet.Acknowledgment - clientShift };
}

/// <summary>Drops what the rule says, and keeps the truth.</summary>
public sealed class LossyHop(string name, Func<SimPacket, bool> drops) : PathElement
{
    public string Name { get; } = name;

    public List<SimPacket> Dropped { get; } = [];

    public override SimPacket? Pass(SimPacket packet)
    {
        if (!drops(packet))
        {
            return packet;
        }

        Dropped.Add(packet);
        return null;
    }
}

/// <summary>Holds some packets back so long that they are overtaken by their own retransmission.</summary>
public sealed class SlowHop(Func<SimPacket, bool> holds, long delay) : PathElement
{
    public List<SimPacket> Held { get; } = [];

    public override SimPacket Pass(SimPacket packet)
    {
        if (!holds(packet))
        {
            return packet;
        }

        Held.Add(packet);
        return packet with { Time = packet.Time + delay };
    }
}

/// <summary>A capture point. Several may write into one file.</summary>
public sealed class Tap(SimCapture file, Func<SimPacket, bool>? kept = null, int number = 0) : PathElement
{
    public override SimPacket Pass(SimPacket packet)
    {
        if (kept?.Invoke(packet) != false)
        {
            file.Seen.Add(packet with { Interface = number });
        }

        return packet;
    }
}

/// <summary>Remembers a packet with data, to put many repetitions of it into captures.</summary>
public sealed class Repeater(int times) : PathElement
{
    private SimPacket? first;

    public override SimPacket Pass(SimPacket packet)
    {
        first ??= packet.FromClient && packet.Length > 0 ? packet : null;
        return packet;
    }

    public void Into(SimCapture capture, long start, int each = 1)
    {
        var like = capture.Seen.First(p => p.FromClient && p.Length > 0);
        for (var i = 0; i < times; i += each)
        {
            capture.Seen.Add(first! with
            {
                Source = like.Source, Destination = like.Destination, Tunnel = like.Tunnel, Ttl = like.Ttl,
                Time = start + (i * 1_000_000L), IpId = (ushort)(i + 1),
            });
        }
    }
}
