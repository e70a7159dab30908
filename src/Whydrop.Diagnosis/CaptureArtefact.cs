namespace Whydrop.Diagnosis;

/// <summary>Something captures or counters fake. Recognised before any verdict.</summary>
public abstract class CaptureArtefact
{
    private protected CaptureArtefact()
    {
    }

    /// <summary>Kebab-case id.</summary>
    public abstract string Id { get; }

    /// <summary>Its name in words.</summary>
    public abstract string Name { get; }

    /// <summary>What it is taken for by mistake.</summary>
    public abstract string Fakes { get; }

    /// <summary>How it shows.</summary>
    public abstract string Signature { get; }

    /// <summary>What is done about it.</summary>
    public abstract string Handling { get; }

    /// <summary>Where it shows in this case; none when it does not.</summary>
    internal abstract IEnumerable<Artefact> Recognise(View.CaseView view);
}
