namespace Whydrop.Lab;

/// <summary>One fault that can be made on a real kernel. One file per scenario under Scenarios/; found by type.</summary>
public abstract class LabScenario
{
    /// <summary>Kebab-case name for the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What goes wrong, in one sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>The path of a packet, hop by hop.</summary>
    public abstract string Topology { get; }

    /// <summary>Catalogue id of the fault that it makes with its default parameters.</summary>
    public abstract string Fault { get; }

    /// <summary>What can be set.</summary>
    public abstract IReadOnlyList<LabParameter> Parameters { get; }

    /// <summary>Settings at random as <c>key=value</c>, the same for the same <paramref name="random"/>; overridden where parameters limit each other.</summary>
    public virtual IReadOnlyList<string> Randomise(Random random) => [.. Parameters.Select(p => $"{p.Name}={p.Randomise(random)}")];

    /// <summary>What must be there with these settings.</summary>
    public abstract IReadOnlyList<Need> Needs(LabSettings settings);

    /// <summary>Builds, breaks, loads and collects. Everything it makes is handed to <paramref name="run"/>, which removes it.</summary>
    /// <exception cref="LabException">A step failed.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public abstract Truth Make(LabRun run, LabSettings settings);
}
