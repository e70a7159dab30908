namespace Whydrop.Lab.Tests.Scoring;

/// <summary>A lab scenario that builds nothing.</summary>
internal sealed class MadeUp(string name = "made-up", Func<LabSettings, Truth>? make = null, params Need[] needs) : LabScenario
{
    public override string Name => name;

    public override string Summary => "";

    public override string Topology => "";

    public override string Fault => "random-loss";

    public override IReadOnlyList<LabParameter> Parameters { get; } =
    [
        LabParameter.Number("rate", 50, "", 0, 1000).Drawing(1, 999),
        LabParameter.Choice("family", "", "4", "6"),
        LabParameter.Number("seconds", 5, "", 1, 60),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => needs;

    public override Truth Make(LabRun run, LabSettings settings) => make!(settings);
}
