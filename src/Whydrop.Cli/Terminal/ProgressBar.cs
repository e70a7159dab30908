using System.Diagnostics;
using Whydrop.Case;

namespace Whydrop.Cli.Terminal;

/// <summary>A bar on standard error while long files are read. Nothing is written when standard error is no terminal, or when reading ends at once.</summary>
internal sealed class ProgressBar(TextWriter messages) : IProgress<CaseProgress>, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly bool interactive = !Console.IsErrorRedirected;
    private readonly long begun = Stopwatch.GetTimestamp();
    private readonly Lock drawing = new();
    private TimeSpan drawn;

    public void Report(CaseProgress value)
    {
        if (!interactive)
        {
            return;
        }

        lock (drawing)
        {
            var now = Stopwatch.GetElapsedTime(begun);
            if (now < Patience || now - drawn < Interval || value.BytesTotal <= 0)
            {
                return;
            }

            drawn = now;
            var share = Math.Clamp((double)value.BytesRead / value.BytesTotal, 0, 1);
            var full = (int)(share * BarWidth);
            var left = share > 0.01 ? TimeSpan.FromSeconds(now.TotalSeconds * (1 - share) / share) : TimeSpan.Zero;
            var name = value.Current.Length <= 30 ? value.Current : "…" + value.Current[^29..];
            messages.Write($"\r{new string('█', full)}{new string('░', BarWidth - full)} {share * 100,3:0}% {left:mm\\:ss} left  {name}\u001b[K");
        }
    }

    public void Dispose()
    {
        if (drawn > TimeSpan.Zero)
        {
            messages.Write("\r\u001b[K");
        }
    }
}
