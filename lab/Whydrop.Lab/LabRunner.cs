using Whydrop.Lab.DropReasons;

namespace Whydrop.Lab;

/// <summary>Runs one scenario from needs to comparison. It knows no diagnosis: that comes in as a function.</summary>
public static class LabRunner
{
    /// <summary>Makes the case, removes everything it built, then diagnoses and compares.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="pairs">Settings as <c>key=value</c>.</param>
    /// <param name="caseDirectory">Folder to make; it must be absent or empty.</param>
    /// <param name="diagnose">Case folder in, finding out; null to only make the case.</param>
    /// <param name="progress">One line per step, for stderr; null for silence.</param>
    /// <param name="stop">Cancelled by Ctrl-C or SIGTERM.</param>
    /// <param name="dropReasons">Count also why the kernel drops packets in the run's namespaces, into the figures of the truth.</param>
    /// <exception cref="LabUsageException">Settings or folder are not usable.</exception>
    /// <exception cref="LabException">A need is not met or a step failed.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; what it built is gone.</exception>
    public static LabResult Run(
        LabScenario scenario,
        IEnumerable<string> pairs,
        string caseDirectory,
        Func<string, CancellationToken, Finding>? diagnose,
        Action<string>? progress,
        CancellationToken stop,
        bool dropReasons = false)
    {
        var settings = LabSettings.Parse(scenario.Parameters, pairs);
        var unmet = Need.Unmet(scenario.Needs(settings));
        if (unmet.Count > 0)
            throw new LabException($"lab scenario {scenario.Name} cannot run here: {string.Join("; ", unmet)}");
        caseDirectory = NewFolder(caseDirectory);

        Truth truth;
        using (var run = LabRun.Start(caseDirectory, progress, stop))
        using (run.Drops = dropReasons ? Recorder(run) : null)
        {
            truth = Make(scenario, run, settings);
            if (run.Drops is { } drops)
                truth = truth with { Figures = new SortedDictionary<string, long>(truth.Figures.Concat(drops.Figures()).ToDictionary(), StringComparer.Ordinal) };
        }

        TruthDocument.Write(TruthFile(caseDirectory), truth);
        if (!truth.Holds)
            throw new LabException($"lab scenario {scenario.Name}: the run is not what its parameters promise: {string.Join("; ", truth.Contradictions)}");
        return Judge(caseDirectory, truth, diagnose, stop);
    }

    /// <summary>Where the truth of a case lies: beside it, so that a diagnosis does not read it.</summary>
    internal static string TruthFile(string caseDirectory) => caseDirectory + ".truth.json";

    /// <summary>Makes the case folder and returns its full path.</summary>
    internal static string NewFolder(string caseDirectory)
    {
        caseDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(caseDirectory));
        if (File.Exists(caseDirectory) || (Directory.Exists(caseDirectory) && Directory.EnumerateFileSystemEntries(caseDirectory).Any()))
            throw new LabUsageException($"{caseDirectory}: exists and is not empty; name a new folder");
        Directory.CreateDirectory(caseDirectory);
        return caseDirectory;
    }

    /// <summary>Diagnoses a case that was made, and compares; without <paramref name="diagnose"/> it does neither.</summary>
    internal static LabResult Judge(string caseDirectory, Truth truth, Func<string, CancellationToken, Finding>? diagnose, CancellationToken stop)
    {
        if (diagnose is null)
            return new LabResult(caseDirectory, TruthFile(caseDirectory), truth, null, null);
        stop.ThrowIfCancellationRequested();
        var finding = diagnose(caseDirectory, stop);
        return new LabResult(caseDirectory, TruthFile(caseDirectory), truth, finding, Comparison.Of(truth, finding));
    }

    /// <summary>Null, and told, where the kernel cannot: the run is worth as much without.</summary>
    private static DropRecorder? Recorder(LabRun run)
    {
        try
        {
            return DropRecorder.Start();
        }
        catch (LabException e)
        {
            run.Report($"drop reasons are not recorded: {e.Message}");
            return null;
        }
    }

    private static Truth Make(LabScenario scenario, LabRun run, LabSettings settings)
    {
        try
        {
            return scenario.Make(run, settings);
        }
        catch (LabException e) when (run.Stop.IsCancellationRequested)
        {
            // Ctrl-C reaches the tools of the terminal's process group too: their failure is the stop, not its cause.
            throw new OperationCanceledException(e.Message, e, run.Stop);
        }
    }
}
