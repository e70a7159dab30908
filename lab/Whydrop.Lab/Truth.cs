using System.Text.Json.Serialization;

namespace Whydrop.Lab;

/// <summary>What a run really did, known because it was made so and checked by other means than the case shows.</summary>
public sealed record Truth
{
    /// <summary>Version of this document.</summary>
    public string Schema { get; init; } = "whydrop.truth/1";

    /// <summary>Lab scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>Its parameters in this run.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>Catalogue id of the fault; null for a healthy run.</summary>
    public string? Fault { get; init; }

    /// <summary>Other catalogue ids that name the same cause truly.</summary>
    public IReadOnlyList<string> AlsoTrue { get; init; } = [];

    /// <summary>Catalogue ids that what was collected cannot tell from the fault: suspecting one is right, confirming one is wrong.</summary>
    public IReadOnlyList<string> LooksLike { get; init; } = [];

    /// <summary>Catalogue ids of conditions that truly hold beside the fault: confirming one is not wrong; answering with one is, unless nobody could tell the fault itself.</summary>
    public IReadOnlyList<string> Accompanying { get; init; } = [];

    /// <summary>Catalogue ids of conditions that let the fault hurt and that the case shows: the report must name them too, suspected or confirmed.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Host where packets die; null when the place belongs to no host that a user could collect (the fabric).</summary>
    public string? Node { get; init; }

    /// <summary>Interface where they die; null when the fault is no interface's (then any interface of the node is right).</summary>
    public string? Interface { get; init; }

    /// <summary>Other places that are named truly, each "node" or "node/interface": both ends of a bad link, the last host before an unseen one.</summary>
    public IReadOnlyList<string> AlsoAt { get; init; } = [];

    /// <summary>
    /// The weakest status that is right: "confirmed" when the case holds the mechanism, "suspected" when evidence was withheld,
    /// "undecided" when nobody could tell from what is left. Of a healthy run: "undecided" when nothing collected proves it healthy, else null.
    /// </summary>
    public string? Status { get; init; }

    /// <summary>Nothing that was collected shows any trace of the fault: "healthy" is then right as well as "inconclusive", for a healthy run would look the same.</summary>
    public bool Unseen { get; init; }

    /// <summary>Measured figures, each named with its unit.</summary>
    public required IReadOnlyDictionary<string, long> Figures { get; init; }

    /// <summary>What the run was made with where there is a choice, for example "tunnel": "kernel module ipip".</summary>
    public IReadOnlyDictionary<string, string> Means { get; init; } = new Dictionary<string, string>();

    /// <summary>What contradicted the plan; empty when the fault really happened (or really did not).</summary>
    public IReadOnlyList<string> Contradictions { get; init; } = [];

    /// <summary>True when the run is what its parameters promise.</summary>
    [JsonIgnore]
    public bool Holds => Contradictions.Count == 0;
}
