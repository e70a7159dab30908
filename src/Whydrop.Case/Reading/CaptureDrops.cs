using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Reading;

/// <summary>Gives each capture the frames that tcpdump said it lost, from the closing text saved beside it.</summary>
internal static partial class CaptureDrops
{
    public static List<Fact> Apply(List<Fact> facts)
    {
        var drops = new Dictionary<CaptureSummary, long>(ReferenceEqualityComparer.Instance);
        var captures = facts.OfType<CaptureSummary>().ToList();
        foreach (var report in facts.OfType<TcpdumpReport>())
        {
            if (report.DroppedByKernel is { } dropped && Belongs(report, captures) is { } capture)
            {
                drops[capture] = Math.Max(drops.GetValueOrDefault(capture), dropped + (report.DroppedByInterface ?? 0));
            }
        }

        return drops.Count == 0 ? facts : [.. facts.Select(f => f is CaptureSummary c && drops.TryGetValue(c, out var n) ? c with { KernelDrops = Math.Max(n, c.KernelDrops ?? 0) } : f)];
    }

    /// <summary>The same name but for its ending; else the same number of frames; else the same interface, when it is the only one.</summary>
    private static CaptureSummary? Belongs(TcpdumpReport report, List<CaptureSummary> captures)
    {
        var near = captures.Where(c => c.At.Stack == report.At.Stack).ToList();
        return Only(near.Where(c => Stem(c.From.Source) == Stem(report.From.Source)))
            ?? Only(near.Where(c => c.Frames == report.Captured && c.Frames > 0))
            ?? Only(near.Where(c => report.At.Interface == "any" ? c.AnyDevice : c.At.Interface is not null && c.At.Interface == report.At.Interface));
    }

    private static CaptureSummary? Only(IEnumerable<CaptureSummary> found) => found.Take(2).ToList() is [var one] ? one : null;

    private static string Stem(string path) => Endings().Replace(path, "");

    [GeneratedRegex(@"((\.((pcapng|pcap|cap|dmp)\d*|gz|zst|txt|log|err|stderr|out|tcpdump|\d{1,3}))|_\d{5,9}_\d{14})+$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Endings();
}
