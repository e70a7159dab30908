namespace Whydrop.Diagnosis;

/// <summary>Every transmission of the case with its fate, each connection counted once. Segments and bytes of the rows sum to the data sent.</summary>
/// <param name="Rows">Losses first, then the other fates, then what was delivered.</param>
/// <param name="UniqueBytes">Distinct stream bytes sent.</param>
/// <param name="Unexplained">Lost transmissions that no verdict accounts for.</param>
/// <param name="UnexplainedBytes">Payload bytes of these.</param>
public sealed record Ledger(IReadOnlyList<LedgerRow> Rows, long UniqueBytes, long Unexplained, long UnexplainedBytes)
{
    /// <summary>Transmissions with data.</summary>
    public long DataSegments => Rows.Sum(r => r.Segments);

    /// <summary>Payload bytes of all transmissions.</summary>
    public long DataBytes => Rows.Sum(r => r.Bytes);

    /// <summary>Lost transmissions.</summary>
    public long LostSegments => Rows.Where(r => r.Lost).Sum(r => r.Segments);

    /// <summary>Payload bytes of the lost transmissions.</summary>
    public long LostBytes => Rows.Where(r => r.Lost).Sum(r => r.Bytes);
}
