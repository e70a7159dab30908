namespace Whydrop.Lab.Injectors;

/// <summary>One thing broken on purpose. One file per injector.</summary>
public interface IInjector
{
    /// <summary>What it breaks, in one sentence.</summary>
    string What { get; }

    /// <summary>Breaks it. What it changes lives inside the run's namespaces and ends with them.</summary>
    void Inject();
}
