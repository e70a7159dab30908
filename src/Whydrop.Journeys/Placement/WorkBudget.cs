namespace Whydrop.Journeys.Placement;

/// <summary>Bounds the search among transmissions of the same bytes: a stream made of one segment repeated must not take quadratic time.</summary>
/// <param name="records">Segments to be searched.</param>
internal sealed class WorkBudget(long records)
{
    private const int StepsPerRecord = 128;

    private long left = 1_000_000 + (records * StepsPerRecord);

    /// <summary>Nothing is left: what was not found was not searched to the end.</summary>
    public bool Exhausted => left <= 0;

    /// <summary>Takes one step.</summary>
    public bool TryStep() => left-- > 0;
}
