namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>One TCP segment of a script, before addresses and tunnels of a point are applied.</summary>
internal sealed record Segment(
    double Time, bool FromClient, string Flags, uint Sequence, uint Ack, int Length, int? Mss, IReadOnlyList<(uint Left, uint Right)> Sack,
    bool DontFragment, ushort Id, int Ttl)
{
    /// <summary>Points that saw it, from 1; null for all.</summary>
    internal IReadOnlySet<int>? Seen { get; init; }

    /// <summary>When the segment was sent whose timestamp this one echoes (RFC 7323 §4.3), seconds.</summary>
    internal double Echo { get; init; }

    /// <summary>Window field as it stands there.</summary>
    internal int Window { get; init; } = 500;

    /// <summary>Window scale of a SYN; null for none.</summary>
    internal int? WindowScale { get; init; } = 7;

    /// <summary>SACK permitted in a SYN.</summary>
    internal bool SackPermitted { get; init; } = true;

    internal bool Timestamps { get; init; } = true;

    /// <summary>Bits of the IP header's ECN field: 0, 1 (ECT(1)), 2 (ECT(0)), 3 (CE).</summary>
    internal int Ecn { get; init; }

    internal bool BadChecksum { get; init; }
}
