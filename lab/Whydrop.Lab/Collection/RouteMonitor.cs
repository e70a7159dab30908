using System.Diagnostics;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Collection;

/// <summary><c>ip -ts monitor route</c> in a namespace: every change of its routes, with the machine's clock.</summary>
public sealed class RouteMonitor : IDisposable
{
    private readonly Process process;
    private readonly StreamWriter writer;
    private bool stopped;

    private RouteMonitor(Process process, StreamWriter writer)
    {
        this.process = process;
        this.writer = writer;
    }

    /// <summary>Writes to a file until it is disposed.</summary>
    public static RouteMonitor Start(NetworkNamespace where, string file)
    {
        var started = Tool.Start(where.Inside("timeout", "600", "ip", "-ts", "monitor", "route"));
        var monitor = new RouteMonitor(started, new StreamWriter(file));
        started.OutputDataReceived += (_, e) => monitor.writer.WriteLine(e.Data);
        started.ErrorDataReceived += static (_, _) => { };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return monitor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (stopped)
            return;
        stopped = true;
        if (!process.HasExited)
            Libc.Signal(process.Id, Libc.SigTerm);
        process.WaitForExit();
        process.Dispose();
        writer.Dispose();
    }
}
