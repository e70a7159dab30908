namespace Whydrop.Lab.Tests.Scoring;

/// <summary>A lab scenario whose draws always give the same settings: its defaults, with some of them changed.</summary>
internal sealed class WithSettings(LabScenario scenario, params string[] changed) : LabScenario
{
    public override string Name => scenario.Name;

    public override string Summary => scenario.Summary;

    public override string Topology => scenario.Topology;

    public override string Fault => scenario.Fault;

    public override IReadOnlyList<LabParameter> Parameters => scenario.Parameters;

    public override IReadOnlyList<string> Randomise(Random random) =>
        [.. Parameters.Select(p => $"{p.Name}={p.Default}").Where(s => !changed.Any(c => c.Split('=')[0] == s.Split('=')[0])), .. changed];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => scenario.Needs(settings);

    public override Truth Make(LabRun run, LabSettings settings) => scenario.Make(run, settings);
}
