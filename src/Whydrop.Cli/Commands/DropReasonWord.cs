namespace Whydrop.Cli.Commands;

/// <summary>A drop reason as the tracepoint skb:kfree_skb, dropwatch, retis and bpftrace print it.</summary>
/// <param name="Word">Name without "SKB_DROP_REASON_".</param>
/// <param name="Meaning">What the kernel found.</param>
/// <param name="Faults">Ids of faults and artefacts that it is a sign of.</param>
internal sealed record DropReasonWord(string Word, string Meaning, params IReadOnlyList<string> Faults);
