using System.Diagnostics;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Processes;

/// <summary>BIRD 2 in a namespace, with a log that prints its time zone's clock to the millisecond.</summary>
public sealed class BirdDaemon : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5) * Emulation.Slowness;
    private readonly NetworkNamespace where;
    private readonly string folder;
    private Process? process;

    private BirdDaemon(NetworkNamespace where, string folder)
    {
        this.where = where;
        this.folder = folder;
    }

    /// <summary>The program.</summary>
    public static Need Needed { get; } = Need.Tool("bird", "bird2");

    /// <summary>The file that it logs to.</summary>
    public string Log => Path.Combine(folder, "bird.log");

    /// <summary>Starts it.</summary>
    /// <param name="run">It ends with the run.</param>
    /// <param name="where">Namespace.</param>
    /// <param name="protocols">Its configuration: router id and protocols.</param>
    public static BirdDaemon Start(LabRun run, NetworkNamespace where, string protocols)
    {
        var own = Directory.CreateTempSubdirectory($"{run.Id.Prefix}-bird-").FullName;
        File.WriteAllText(Path.Combine(own, "bird.conf"), $"log \"{own}/bird.log\" all;\ntimeformat log iso long ms;\ndebug protocols {{ states, events }};\n{protocols}");
        var daemon = run.Own($"bird in {where.Label}", new BirdDaemon(where, own));
        daemon.Start();
        return daemon;
    }

    /// <summary>Starts it, again after <see cref="Stop"/>.</summary>
    public void Start()
    {
        // -f: in the foreground, so that it is ended by its id.
        process = Tool.Start(where.Inside("bird", "-f", "-c", Path.Combine(folder, "bird.conf"), "-s", Path.Combine(folder, "bird.ctl"), "-P", Path.Combine(folder, "bird.pid")));
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
    }

    /// <summary>Ends it as the kubelet does (SIGTERM); it tells its peers.</summary>
    public void Stop()
    {
        if (process is null || process.HasExited)
            return;
        Libc.Signal(process.Id, Libc.SigTerm);
        if (!process.WaitForExit(Patience))
            process.Kill();
        process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        process?.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
