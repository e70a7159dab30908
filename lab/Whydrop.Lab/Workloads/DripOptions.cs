namespace Whydrop.Lab.Workloads;

/// <summary>What a <see cref="DripClient"/> sends.</summary>
public sealed record DripOptions
{
    /// <summary>Bytes before it drips: they open the window and the congestion window.</summary>
    public int Bytes { get; init; } = 400_000;

    /// <summary>Largest segment (TCP_MAXSEG), bytes: the congestion window counts segments.</summary>
    public int Segment { get; init; } = 100;

    /// <summary>Time between two writes of one byte.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Ends the connection when this says so.</summary>
    public required Func<bool> Enough { get; init; }
}
