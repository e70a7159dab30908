using System.Collections.Concurrent;

namespace Whydrop.Lab.Scoring;

/// <summary>Makes many runs, several at the same time, and has each judged. It knows no diagnosis: that comes in as a function.</summary>
/// <param name="diagnose">Case folder in, finding out. Never called twice at the same time, so that its time is its own.</param>
/// <param name="options">How.</param>
public sealed class ScoreRunner(Func<string, CancellationToken, Finding> diagnose, ScoreOptions options)
{
    // A scenario whose parameters limit each other may refuse a random draw.
    private const int Draws = 20;
    private readonly Lock diagnosing = new();

    /// <summary>Which runs: every scenario once for each seed, all of a seed before the next.</summary>
    public static IReadOnlyList<(LabScenario Scenario, int Seed)> Plan(IReadOnlyList<LabScenario> scenarios, int firstSeed, int seeds) =>
        [.. from seed in Enumerable.Range(firstSeed, seeds) from scenario in scenarios select (scenario, seed)];

    /// <summary>Makes and judges them. The result is in the order of the plan, whatever ended first.</summary>
    /// <param name="plan">Which runs.</param>
    /// <param name="progress">Told from any thread when a run begins and when it ends.</param>
    /// <param name="stop">Cancelled by Ctrl-C.</param>
    /// <exception cref="LabUsageException">The folder for failed cases holds something.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what the runs built is gone, and their cases too.</exception>
    public Score Run(IReadOnlyList<(LabScenario Scenario, int Seed)> plan, Action<ScoreProgress>? progress, CancellationToken stop)
    {
        if (Directory.Exists(options.KeepFailed) && Directory.EnumerateFileSystemEntries(options.KeepFailed).Any())
            throw new LabUsageException($"{options.KeepFailed}: is not empty; name a new folder");
        var work = options.KeepFailed ?? Directory.CreateTempSubdirectory("whydrop-score-").FullName;
        Directory.CreateDirectory(work);
        try
        {
            var ended = new object[plan.Count];
            var open = new ConcurrentQueue<int>(Enumerable.Range(0, plan.Count));
            // Threads of their own: a run blocks for seconds, and its tools need the pool.
            var workers = Enumerable.Range(0, Math.Min(options.Jobs, plan.Count))
                .Select(_ => Task.Factory.StartNew(() => Work(plan, open, ended, work, progress, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
                .ToArray();
            Await(workers, stop);
            return new Score([.. ended.OfType<ScoredRun>()], [.. ended.OfType<UnmadeRun>()]);
        }
        finally
        {
            if (options.KeepFailed is null)
                Directory.Delete(work, recursive: true);
        }
    }

    private static void Await(Task[] workers, CancellationToken stop)
    {
        try
        {
            Task.WaitAll(workers, CancellationToken.None);
        }
        catch (AggregateException e) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException("stopped", e, stop);
        }
    }

    private void Work(
        IReadOnlyList<(LabScenario Scenario, int Seed)> plan, ConcurrentQueue<int> open, object[] ended, string work, Action<ScoreProgress>? progress, CancellationToken stop)
    {
        while (open.TryDequeue(out var index))
        {
            stop.ThrowIfCancellationRequested();
            var (scenario, seed) = plan[index];
            progress?.Invoke(new ScoreProgress(scenario.Name, seed, null, null));
            ended[index] = One(scenario, seed, work, stop);
            progress?.Invoke(new ScoreProgress(scenario.Name, seed, ended[index] as ScoredRun, ended[index] as UnmadeRun));
        }
    }

    /// <summary>A <see cref="ScoredRun"/> or an <see cref="UnmadeRun"/>. Its case stays only when it is kept and failed.</summary>
    private object One(LabScenario scenario, int seed, string work, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            var run = PlannedRun.Draw(scenario, seed, attempt);
            var folder = Path.Combine(work, run.FolderName);
            var keep = false;
            try
            {
                var result = Made(run, folder, stop);
                keep = options.KeepFailed is not null && result is ScoredRun { Failed: true } or UnmadeRun { Kind: not UnmadeKind.NeedsUnmet };
                return result;
            }
            catch (LabUsageException) when (attempt + 1 < Draws)
            {
                // Refused: draw again.
            }
            catch (LabUsageException e)
            {
                return new UnmadeRun(run, UnmadeKind.NotProduced, $"{Draws} random draws were refused, the last: {e.Message}");
            }
            finally
            {
                if (!keep)
                    Remove(folder);
            }
        }
    }

    private object Made(PlannedRun run, string folder, CancellationToken stop)
    {
        var settings = LabSettings.Parse(run.Scenario.Parameters, run.Settings);
        if (Need.Unmet(run.Scenario.Needs(settings)) is { Count: > 0 } unmet)
            return new UnmadeRun(run, UnmadeKind.NeedsUnmet, string.Join("; ", unmet));
        LabResult made;
        try
        {
            made = LabRunner.Run(run.Scenario, run.Settings, folder, null, null, stop, options.DropReasons);
        }
        catch (LabException e)
        {
            return new UnmadeRun(run, UnmadeKind.NotProduced, e.Message);
        }
#pragma warning disable CA1031 // One run that breaks must not end the others; it is listed.
        catch (Exception e) when (e is not (LabUsageException or OperationCanceledException))
#pragma warning restore CA1031
        {
            return new UnmadeRun(run, UnmadeKind.NotProduced, Words(e));
        }

        try
        {
            Finding finding;
            lock (diagnosing)
                finding = diagnose(folder, stop);
            return new ScoredRun(run, made.Truth, finding.Check is { } check ? finding with { Violations = check(), Check = null } : finding);
        }
#pragma warning disable CA1031 // Whatever the diagnosis throws is the result of this run, and must not end the others.
        catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new UnmadeRun(run, UnmadeKind.DiagnosisFailed, Words(e));
        }
    }

    private static string Words(Exception e) => $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        File.Delete(folder + ".truth.json");
    }
}
