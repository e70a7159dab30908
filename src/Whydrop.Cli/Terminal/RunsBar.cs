using Spectre.Console;
using Whydrop.Lab.Scoring;

namespace Whydrop.Cli.Terminal;

/// <summary>A bar on standard error while lab runs are made; one line for each run where standard error is no terminal.</summary>
internal static class RunsBar
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Does what takes time, with a bar. What it throws comes out unchanged, after the bar is gone.</summary>
    public static T While<T>(TextWriter messages, int total, Func<Action<ScoreProgress>, T> running)
    {
        var tally = new Running(total);
        if (Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb")
        {
            return running(progress =>
            {
                if (tally.Take(progress) is { } line)
                {
                    lock (messages)
                    {
                        messages.WriteLine(line);
                    }
                }
            });
        }

        var job = Task.Factory.StartNew(() => running(p => tally.Take(p)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Draw(messages, job, tally);
        return job.GetAwaiter().GetResult();
    }

    private static void Draw(TextWriter messages, Task job, Running tally)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(messages) });
        console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var bar = context.AddTask("starting", maxValue: tally.Total);
                while (Task.WaitAny([job], Interval) != 0)
                {
                    bar.Value = tally.Ended;
                    bar.Description = Markup.Escape(tally.ToString());
                }
            });
    }

    /// <summary>How far it is; told from several threads.</summary>
    private sealed class Running(int total)
    {
        private readonly Lock access = new();
        private readonly List<string> open = [];
        private int failed;
        private int unmade;

        public int Total => total;

        public int Ended { get; private set; }

        /// <summary>The line for a run that ended; null for one that begins.</summary>
        public string? Take(ScoreProgress progress)
        {
            lock (access)
            {
                if (!progress.Ended)
                {
                    open.Add(progress.Scenario);
                    return null;
                }

                open.Remove(progress.Scenario);
                Ended++;
                failed += progress.Scored is { Failed: true } ? 1 : 0;
                unmade += progress.Unmade is not null ? 1 : 0;
                var said = progress.Scored is { } run ? $"{run.Mark.ToString().ToLowerInvariant()}{(run.Mark == Mark.Right && run.Failed ? ", not in every point" : "")}: {run.Answer}" : $"no answer: {progress.Unmade!.Reason}";
                return $"lab: {Ended}/{total} {progress.Scenario} seed {progress.Seed}: {said}";
            }
        }

        public override string ToString()
        {
            lock (access)
            {
                return $"{Ended}/{total}{(failed > 0 ? $", {failed} not right" : "")}{(unmade > 0 ? $", {unmade} not made" : "")}: {string.Join(' ', open)}";
            }
        }
    }
}
