using Spectre.Console;
using Whydrop.Case;

namespace Whydrop.Cli.Terminal;

/// <summary>A bar on standard error while long files are read. Nothing is written when standard error is no terminal, or when reading ends at once.</summary>
internal static class ProgressBar
{
    private const int NameWidth = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Does what takes time, with a bar. What it throws comes out unchanged, after the bar is gone.</summary>
    public static T While<T>(TextWriter messages, Func<IProgress<CaseProgress>?, T> reading)
    {
        if (Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb")
        {
            return reading(null);
        }

        var newest = new Newest();
        var job = Task.Run(() => reading(newest));
        if (!Ended(job, Patience))
        {
            Draw(messages, job, newest);
        }

        return job.GetAwaiter().GetResult();
    }

    private static void Draw(TextWriter messages, Task job, Newest newest)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(messages) });
        console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var bar = context.AddTask("reading");
                while (!Ended(job, Interval))
                {
                    if (newest.Value is { } now)
                    {
                        bar.IsIndeterminate = now.BytesTotal <= 0;
                        bar.MaxValue = Math.Max(1, now.BytesTotal);
                        bar.Value = now.BytesRead;
                        bar.Description = Markup.Escape(now.Current.Length == 0 ? "reading" : now.Current.Length <= NameWidth ? now.Current : "…" + now.Current[^(NameWidth - 1)..]);
                    }
                }
            });
    }

    // Task.Wait throws what the task threw, wrapped; here only its end matters.
    private static bool Ended(Task job, TimeSpan patience) => Task.WaitAny([job], patience) == 0;

    /// <summary>The last word of several reading threads; drawn from one.</summary>
    private sealed class Newest : IProgress<CaseProgress>
    {
        private readonly Lock access = new();
        private CaseProgress? value;

        public CaseProgress? Value
        {
            get
            {
                lock (access)
                {
                    return value;
                }
            }
        }

        public void Report(CaseProgress value)
        {
            lock (access)
            {
                this.value = value;
            }
        }
    }
}
