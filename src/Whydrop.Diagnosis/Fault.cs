namespace Whydrop.Diagnosis;

/// <summary>A root cause in the catalogue. Its documentation page and its report text come from the same strings.</summary>
public abstract class Fault
{
    private protected Fault()
    {
    }

    /// <summary>Kebab-case id.</summary>
    public abstract string Id { get; }

    /// <summary>What is broken, as an operator would say it.</summary>
    public abstract string Name { get; }

    /// <summary>Where the packet dies.</summary>
    public abstract FaultLayer Layer { get; }

    /// <summary>What a user of the application notices.</summary>
    public abstract string UserSees { get; }

    /// <summary>How the packet dies.</summary>
    public abstract string Mechanism { get; }

    /// <summary>What looks the same and is not.</summary>
    public abstract IReadOnlyList<LookAlike> LookAlikes { get; }

    /// <summary>What to do about it, in general; a verdict says it with the names of its case.</summary>
    public abstract string Remedy { get; }

    /// <summary>How to see that the remedy helped.</summary>
    public abstract string Verify { get; }

    /// <summary>Kernel files, RFC clauses, public threads.</summary>
    public abstract IReadOnlyList<string> References { get; }

    /// <summary>What it asks the evidence: signature and mechanism, discriminators, support.</summary>
    public abstract IReadOnlyList<Question> Questions { get; }

    /// <summary>It is a condition that lets another fault hurt, not the place where packets die.</summary>
    public virtual bool Contributing => false;

    /// <summary>Ids of faults that it brings about: where it accounts for as many connections, they come after it.</summary>
    internal virtual IReadOnlyList<string> LeadsTo => [];

    /// <summary>Judges the case, once for each scope it proposes.</summary>
    internal abstract IEnumerable<Judgement> Judge(View.CaseView view);
}
