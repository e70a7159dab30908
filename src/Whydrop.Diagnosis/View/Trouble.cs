using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>A connection that suffers: a symptom that a verdict has to explain.</summary>
/// <param name="Connection">Number of the connection.</param>
/// <param name="Kind">The gravest of what it suffers.</param>
/// <param name="What">In words: "10.0.0.1:40000 > 10.0.1.9:8080: 7 SYNs over 63 s, not answered".</param>
/// <param name="From">Where it shows.</param>
internal sealed record Trouble(int Connection, TroubleKind Kind, string What, Provenance From);
