using Whydrop.Capture;
using Whydrop.Case;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys;

namespace Whydrop.Cli.Commands;

/// <summary>The journeys of all connections of a case, where loading it follows those in trouble only.</summary>
internal static class WholeJoin
{
    /// <summary>The facts of the case with all journeys; as they are when a capture cannot be opened again (it came from an archive or a pipe).</summary>
    public static FactSet Of(string[] paths, LoadedCase loaded, CancellationToken stop)
    {
        var sources = Sources(paths, loaded.Facts);
        if (sources is null)
        {
            return loaded.Facts;
        }

        var known = new FactSet(loaded.Facts.All.Where(f => f is not (FlowPairing or HopSummary or SegmentPlacement or ControlPlacement or ControlBirth or ClockComparison or UnjoinedFlow or EncryptedTunnel)));
        var joined = JourneyJoin.Run(sources, known, Following.All, out _, stop);

        // What the first join could not do is said again, of more connections.
        var gaps = joined.OfType<Gap>().Select(g => (g.At, g.From, g.Kind)).ToHashSet();
        return new FactSet(known.All.Where(f => f is not Gap g || !gaps.Contains((g.At, g.From, g.Kind))).Concat(joined));
    }

    /// <summary>The capture files on disk; null when one is not there.</summary>
    private static List<JourneySource>? Sources(string[] paths, FactSet facts)
    {
        var top = Top(paths);
        var sources = new List<JourneySource>();
        foreach (var file in facts.Of<CaptureSummary>().GroupBy(c => c.From.Source).OrderBy(g => g.Min(c => c.Capture)))
        {
            var path = Path.Combine(top, file.Key);
            if (!File.Exists(path))
            {
                return null;
            }

            sources.Add(new JourneySource(file.Key, () => CaptureFile.Open(path), file.Min(c => c.Capture)));
        }

        return sources;
    }

    /// <summary>What the names of a case's files are relative to: the folder given, else the one around all that was given.</summary>
    private static string Top(string[] paths)
    {
        var full = paths.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).ToArray();
        if (full is [var only] && Directory.Exists(only))
        {
            return only;
        }

        var top = Path.GetDirectoryName(full[0]) ?? "/";
        while (!Array.TrueForAll(full, p => (p + "/").StartsWith(top.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            top = Path.GetDirectoryName(top) ?? "/";
        }

        return top;
    }
}
