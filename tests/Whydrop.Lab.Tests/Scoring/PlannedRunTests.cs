using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

public sealed class PlannedRunTests
{
    [Fact]
    public void Name_and_seed_determine_the_settings()
    {
        Assert.Equal(PlannedRun.Draw(new MadeUp(), 7).Settings, PlannedRun.Draw(new MadeUp(), 7).Settings);
        Assert.NotEqual(PlannedRun.Draw(new MadeUp("other"), 7).Settings, PlannedRun.Draw(new MadeUp(), 7).Settings);
        Assert.Equal(20, Enumerable.Range(1, 20).Select(seed => string.Join(' ', PlannedRun.Draw(new MadeUp(), seed).Settings)).Distinct().Count());
    }

    [Fact]
    public void They_are_the_same_in_every_process() => Assert.Equal("whydrop lab run made-up --set rate=893 --set family=6", PlannedRun.Draw(new MadeUp(), 1).CommandLine);

    [Fact]
    public void The_command_names_what_is_not_a_default() =>
        Assert.Equal("whydrop lab run made-up --set family=6", new PlannedRun(new MadeUp(), 1, ["rate=50", "family=6", "seconds=5"]).CommandLine);

    [Fact]
    public void Every_scenario_draws_settings_that_it_accepts()
    {
        foreach (var scenario in LabCatalogue.All)
        {
            for (var seed = 1; seed <= 50; seed++)
                LabSettings.Parse(scenario.Parameters, PlannedRun.Draw(scenario, seed).Settings);
        }
    }

    [Fact]
    public void All_of_a_seed_come_before_the_next() =>
        Assert.Equal(["a 5", "b 5", "a 6", "b 6"], ScoreRunner.Plan([new MadeUp("a"), new MadeUp("b")], 5, 2).Select(p => $"{p.Scenario.Name} {p.Seed}"));
}
