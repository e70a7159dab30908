namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>One TCP segment or ICMP message of a script, before addresses and tunnels of a point are applied.</summary>
internal sealed record Segment(
    double Time, bool FromClient, string Flags, uint Sequence, uint Ack, int Length, int? Mss, IReadOnlyList<(uint Left, uint Right)> Sack,
    bool DontFragment, ushort Id, int Ttl)
{
    /// <summary>Points that saw it, from 1; null for all.</summary>
    internal IReadOnlySet<int>? Seen { get; init; }

    /// <summary>When the segment was sent whose timestamp this one echoes (RFC 7323 §4.3), seconds.</summary>
    internal double Echo { get; init; }

    /// <summary>MTU announced, when it is an ICMP message about a segment of the opposite direction of travel.</summary>
    internal int? TooBigMtu { get; init; }

    /// <summary>A router's address, the source of an ICMP message.</summary>
    internal string? Router { get; init; }
}
