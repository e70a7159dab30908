namespace Whydrop.Lab.Tests.Scoring;

/// <summary>A few faults beside what looks like them. By itself, because it loads the machine and its runs are timed by TCP.</summary>
[Collection(nameof(Alone))]
public sealed class ChosenRunTests
{
    [LabTheory]
    [MemberData(nameof(ChosenRuns.All), MemberType = typeof(ChosenRuns))]
    public void It_is_answered_rightly_and_holds_the_properties(string run)
    {
        var scored = ChosenRuns.Of(run);

        // Answer, status, place, nothing else confirmed, no verdict surer for less evidence, no byte lost or invented.
        Assert.True(scored.Failures.Count == 0, $"{scored.Plan.CommandLine}\n{string.Join('\n', scored.Failures)}");
    }

    /// <summary>Tests that want the machine for themselves.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
