using System.Net;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>One TCP packet on its way; elements of the path change it.</summary>
public sealed record SimPacket
{
    public required int Flow { get; init; }
    public required bool FromClient { get; init; }
    public required long Time { get; init; }
    public required IPEndPoint Source { get; init; }
    public required IPEndPoint Destination { get; init; }
    public required uint Sequence { get; init; }
    public uint Acknowledgment { get; init; }
    public required byte Flags { get; init; }
    public int Length { get; init; }
    public uint? TsVal { get; init; }
    public uint TsEcr { get; init; }
    public byte Ttl { get; init; } = 64;
    public ushort IpId { get; init; }
    public ushort Window { get; init; } = 501;

    /// <summary>Relative stream position, for the payload's content.</summary>
    public long StreamOffset { get; init; }

    /// <summary>Identity of the transmission, for the truth.</summary>
    public int Transmission { get; init; }

    public Encapsulation? Tunnel { get; init; }

    /// <summary>Interface of the capture it was taken at.</summary>
    public int Interface { get; init; }

    public bool IsIpv6 => Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    public int TcpHeader => 20 + (TsVal is null ? 0 : 12) + ((Flags & 2) != 0 ? 4 : 0);

    public int DatagramLength => (IsIpv6 ? 40 : 20) + TcpHeader + Length;
}

public enum TunnelType
{
    IpIp,
    Vxlan,
    Geneve,
    Gre,
    Esp,
    EspInUdp,
    WireGuard,
}

public sealed record Encapsulation(TunnelType Type, IPAddress Source, IPAddress Destination);
