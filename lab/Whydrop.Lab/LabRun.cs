using Whydrop.Lab.DropReasons;
using Whydrop.Lab.Injectors;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab;

/// <summary>One run: its id, its case folder, and everything that must be gone when it ends.</summary>
public sealed class LabRun : IDisposable
{
    private readonly Stack<(string What, Action Undo)> cleanup = new();
    private readonly Action<string>? progress;
    private readonly Lock gate = new();
    private bool disposed;

    private LabRun(RunId id, string caseDirectory, Action<string>? progress, CancellationToken stop)
    {
        Id = id;
        CaseDirectory = caseDirectory;
        this.progress = progress;
        Stop = stop;
    }

    /// <summary>Part of every name that the run makes outside its own namespaces.</summary>
    public RunId Id { get; }

    /// <summary>Where the collector writes.</summary>
    public string CaseDirectory { get; }

    /// <summary>Cancelled when the user stops the run.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Counts why the kernel drops packets in its namespaces; null when nobody asked or the kernel cannot.</summary>
    internal DropRecorder? Drops { get; set; }

    /// <summary>What could not be removed; empty after a clean end.</summary>
    public IReadOnlyList<string> LeftBehind { get; private set; } = [];

    /// <summary>Takes a run id, and removes what dead runs left.</summary>
    public static LabRun Start(string caseDirectory, Action<string>? progress, CancellationToken stop)
    {
        foreach (var swept in Leftovers.Sweep())
            progress?.Invoke($"removed {swept}, left by a run that died");
        var run = new LabRun(RunId.Take(), caseDirectory, progress, stop);
        run.Report($"run {run.Id.Prefix}: its namespaces are {run.Id.Prefix}-*");
        return run;
    }

    /// <summary>Tells the user what is being done.</summary>
    public void Report(string line) => progress?.Invoke(line);

    /// <summary>Says what is broken, and breaks it.</summary>
    public void Inject(IInjector injector)
    {
        Stop.ThrowIfCancellationRequested();
        Report(injector.What);
        injector.Inject();
    }

    /// <summary>Registers something to undo; the last registered is undone first.</summary>
    public void OnEnd(string what, Action undo)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            cleanup.Push((what, undo));
        }
    }

    /// <summary>Registers a thing to dispose and returns it.</summary>
    public T Own<T>(string what, T thing) where T : IDisposable
    {
        OnEnd(what, thing.Dispose);
        return thing;
    }

    /// <summary>A new network namespace that ends with the run.</summary>
    public NetworkNamespace AddNamespace(string label)
    {
        Stop.ThrowIfCancellationRequested();
        var name = $"{Id.Prefix}-{label}";
        // Registered before it is made: a failure between the two must not leave it behind.
        OnEnd($"namespace {name}", () => NetworkNamespace.Delete(name));
        var made = NetworkNamespace.Create(name, label);
        Drops?.Watch(made);
        return made;
    }

    /// <summary>Waits, and ends early with <see cref="OperationCanceledException"/> when the run is stopped.</summary>
    public void Pause(TimeSpan time)
    {
        Stop.WaitHandle.WaitOne(time);
        Stop.ThrowIfCancellationRequested();
    }

    /// <summary>Undoes everything, also when a step of it fails.</summary>
    public void Dispose()
    {
        List<(string What, Action Undo)> steps;
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            steps = [.. cleanup];
            cleanup.Clear();
        }

        var left = new List<string>();
        foreach (var (what, undo) in steps)
        {
            try
            {
                undo();
            }
#pragma warning disable CA1031 // One failing step must not keep the others from being undone; it is reported.
            catch (Exception e)
#pragma warning restore CA1031
            {
                left.Add($"{what}: {e.Message}");
                progress?.Invoke($"could not remove {what}: {e.Message}");
            }
        }

        LeftBehind = left;
        Id.Dispose();
    }
}
