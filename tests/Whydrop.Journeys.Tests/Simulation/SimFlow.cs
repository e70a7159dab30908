using System.Net;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>One connection to play.</summary>
public sealed record SimFlow
{
    public required IPEndPoint Client { get; init; }
    public required IPEndPoint Server { get; init; }
    public uint ClientIsn { get; init; }
    public uint ServerIsn { get; init; }
    public long Start { get; init; }

    /// <summary>Payload lengths the client sends, in order.</summary>
    public IReadOnlyList<int> Requests { get; init; } = [];

    /// <summary>Payload lengths the server sends.</summary>
    public IReadOnlyList<int> Responses { get; init; } = [];

    /// <summary>Time between two segments.</summary>
    public long Gap { get; init; } = 2_000_000;

    public bool Timestamps { get; init; } = true;

    /// <summary>The server takes the SYN and says nothing.</summary>
    public bool Silent { get; init; }

    /// <summary>The server answers the SYN with RST: nobody listens.</summary>
    public bool Refused { get; init; }

    /// <summary>The client ends it with FIN, the server answers with its own.</summary>
    public bool Closes { get; init; }

    /// <summary>What is sent again although it arrived: the sender hears of it too late, or not at all.</summary>
    public Func<SimPacket, bool> Unheard { get; init; } = _ => false;

    /// <summary>Time until what was lost is sent again, always the same; null: some milliseconds, then as a retransmission timer backs off.</summary>
    public long? RepeatsAfter { get; init; }

    /// <summary>Give up a segment after this many transmissions.</summary>
    public int MostTransmissions { get; init; } = 12;
}
