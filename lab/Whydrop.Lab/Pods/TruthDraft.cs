using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Pods;

/// <summary>The truth of a run while it is made. Without <see cref="Blame"/> it is a healthy one.</summary>
public sealed class TruthDraft
{
    private readonly SortedDictionary<string, long> figures = new(StringComparer.Ordinal);
    private readonly List<string> contradictions = [];
    private readonly List<string> alsoTrue = [];
    private readonly List<string> alsoAt = [];
    private readonly List<string> accompanying = [];
    private readonly List<string> beside = [];
    private readonly List<string> looksLike = [];
    private string? fault;
    private string? node;
    private string? device;
    private string? status;
    private bool unseen;

    /// <summary>The fault and where it is.</summary>
    /// <param name="faultId">Catalogue id.</param>
    /// <param name="at">Host; null when it belongs to no collected host (the fabric).</param>
    /// <param name="interfaceName">Interface; null when any interface of the host is right.</param>
    /// <param name="confirmable">What is collected shows the mechanism and its place.</param>
    /// <param name="suspectable">What is collected shows at least a symptom that points to it.</param>
    public void Blame(string faultId, NetworkNamespace? at, string? interfaceName = null, bool confirmable = true, bool suspectable = true)
    {
        fault = faultId;
        node = at?.Label;
        device = interfaceName;
        status = confirmable ? "confirmed" : suspectable ? "suspected" : "undecided";
    }

    /// <summary>A healthy run of which what is collected cannot prove that nothing is wrong: saying so is right as well.</summary>
    public void Unprovable() => status ??= "undecided";

    /// <summary>Nothing that is collected shows any trace of the fault, when so.</summary>
    public void Unseen(bool nothing) => unseen = nothing;

    /// <summary>Other catalogue ids that name the same cause truly.</summary>
    public void AlsoTrue(params string[] faultIds) => alsoTrue.AddRange(faultIds);

    /// <summary>Catalogue ids that what is collected cannot tell from the fault: suspecting one is right, confirming one is wrong.</summary>
    public void LooksLike(params string[] faultIds) => looksLike.AddRange(faultIds);

    /// <summary>Catalogue ids of conditions that truly hold beside the fault: confirming one is not wrong.</summary>
    public void Accompanying(params string[] faultIds) => accompanying.AddRange(faultIds);

    /// <summary>The same, when not all is collected that shows the fault.</summary>
    public void LooksLikeUnlessConfirmable(params string[] faultIds)
    {
        if (fault is not null && status != "confirmed")
            LooksLike(faultIds);
    }

    /// <summary>Catalogue ids of conditions that let the fault hurt: the report must name them too.</summary>
    public void Beside(params string[] faultIds) => beside.AddRange(faultIds);

    /// <summary>Another place that is named truly.</summary>
    public void AlsoAt(NetworkNamespace host, string? interfaceName = null) => alsoAt.Add(interfaceName is null ? host.Label : $"{host.Label}/{interfaceName}");

    /// <summary>A measured figure, named with its unit.</summary>
    public void Figure(string name, long value) => figures[name] = value;

    /// <summary>What must hold for the run to be what it promises; otherwise the run fails with this line.</summary>
    public void Expect(bool holds, string otherwise)
    {
        if (!holds)
            contradictions.Add(otherwise);
    }

    /// <summary>The finished truth.</summary>
    public Truth Finish(string scenario, LabSettings settings) => new()
    {
        Scenario = scenario,
        Parameters = settings.All,
        Fault = fault,
        AlsoTrue = alsoTrue,
        LooksLike = looksLike,
        Accompanying = accompanying,
        Beside = beside,
        Node = node,
        Interface = device,
        AlsoAt = alsoAt,
        Status = unseen ? "undecided" : status,
        Unseen = unseen,
        Figures = figures,
        Contradictions = contradictions,
    };
}
