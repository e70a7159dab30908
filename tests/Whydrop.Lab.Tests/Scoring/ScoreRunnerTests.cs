using System.Collections.Concurrent;
using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

public sealed class ScoreRunnerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("whydrop-score-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [LabFact]
    public void Runs_are_judged_in_the_order_of_the_plan_and_told_when_they_end()
    {
        var told = new ConcurrentBag<ScoreProgress>();
        var runner = new ScoreRunner((_, _) => Runs.Finding("random-loss confirmed"), new ScoreOptions { Jobs = 3 });

        var score = runner.Run(ScoreRunner.Plan([Lossy("a"), Lossy("b")], 1, 3), told.Add, CancellationToken.None);

        Assert.Equal(["a 1", "b 1", "a 2", "b 2", "a 3", "b 3"], score.Runs.Select(r => $"{r.Plan.Scenario.Name} {r.Plan.Seed}"));
        Assert.Equal((6, 6), (told.Count(p => !p.Ended), told.Count(p => p.Scored is not null)));
        Assert.True(score.Holds);
    }

    [LabFact]
    public void What_gives_no_answer_is_listed_with_its_reason()
    {
        var needy = new MadeUp("needy", null, new Need("moon", () => "moon: absent"));
        var contradicted = new MadeUp("contradicted", _ => Runs.Truth("random-loss") with { Contradictions = ["nothing was lost"] });
        var broken = new MadeUp("broken", _ => throw new InvalidOperationException("no such device"));
        var fine = Lossy("fine");
        var runner = new ScoreRunner((_, _) => throw new FormatException("line 3"), new ScoreOptions());

        var score = runner.Run(ScoreRunner.Plan([needy, contradicted, broken, fine], 1, 1), null, CancellationToken.None);

        Assert.Empty(score.Runs);
        Assert.Equal([UnmadeKind.NeedsUnmet, UnmadeKind.NotProduced, UnmadeKind.NotProduced, UnmadeKind.DiagnosisFailed], score.Unmade.Select(u => u.Kind));
        Assert.Equal("moon: absent", score.Unmade[0].Reason);
        Assert.EndsWith("nothing was lost", score.Unmade[1].Reason, StringComparison.Ordinal);
        Assert.Equal("InvalidOperationException: no such device", score.Unmade[2].Reason);
        Assert.Equal("FormatException: line 3", score.Unmade[3].Reason);
    }

    [LabFact]
    public void Only_cases_that_failed_are_kept()
    {
        var kept = Path.Combine(folder, "kept");
        var runner = new ScoreRunner((path, _) => Runs.Finding(path.EndsWith("-1", StringComparison.Ordinal) ? "healthy" : "random-loss confirmed"), new ScoreOptions { KeepFailed = kept });

        runner.Run(ScoreRunner.Plan([Lossy("a")], 1, 2), null, CancellationToken.None);

        Assert.Equal(["a-1", "a-1.truth.json"], Directory.EnumerateFileSystemEntries(kept).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Throws<LabUsageException>(() => runner.Run(ScoreRunner.Plan([Lossy("a")], 1, 2), null, CancellationToken.None));
    }

    [LabFact]
    public void A_draw_that_the_scenario_refuses_is_drawn_again()
    {
        var draws = 0;
        var picky = new MadeUp("picky", settings => ++draws < 3 ? throw new LabUsageException("too small") : Runs.Truth("random-loss"));
        var runner = new ScoreRunner((_, _) => Runs.Finding("random-loss confirmed"), new ScoreOptions());

        var score = runner.Run(ScoreRunner.Plan([picky], 1, 1), null, CancellationToken.None);

        Assert.Equal(PlannedRun.Draw(picky, 1, attempt: 2).Settings, Assert.Single(score.Runs).Plan.Settings);
    }

    [LabFact]
    public void A_stop_ends_all_runs_and_leaves_no_case()
    {
        using var stop = new CancellationTokenSource();
        var begun = 0;
        var slow = new MadeUp("slow", _ =>
        {
            Interlocked.Increment(ref begun);
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        var work = Path.Combine(folder, "work");
        var runner = new ScoreRunner((_, _) => Runs.Finding("healthy"), new ScoreOptions { Jobs = 2, KeepFailed = work });

        Assert.Throws<OperationCanceledException>(() => runner.Run(ScoreRunner.Plan([slow], 1, 50), null, stop.Token));

        Assert.InRange(begun, 1, 2);
        Assert.Empty(Directory.EnumerateFileSystemEntries(work));
    }

    private static MadeUp Lossy(string name) => new(name, _ => Runs.Truth("random-loss"));
}
