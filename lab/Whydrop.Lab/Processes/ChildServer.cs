using System.Diagnostics;
using System.Net;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Processes;

/// <summary>The server of the pod workloads as a process of its own, so that it can be stopped, killed, limited and starved.</summary>
public sealed class ChildServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10) * Emulation.Slowness;
    private readonly Process process;
    private bool stopped;

    private ChildServer(Process process, ControlGroup? group)
    {
        this.process = process;
        Group = group;
    }

    /// <summary>Its control group, when it has one.</summary>
    public ControlGroup? Group { get; }

    /// <summary>Process id.</summary>
    public int ProcessId => process.Id;

    /// <summary>It has ended, by itself or killed.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Starts it in a pod and waits until it listens.</summary>
    /// <param name="run">The run.</param>
    /// <param name="pod">Where; null: the server pod.</param>
    /// <param name="backlog">Backlog of listen(2).</param>
    /// <param name="limited">Give it a control group, whose files go into the case.</param>
    public static ChildServer Start(PodRun run, Pod? pod = null, int backlog = 128, bool limited = false)
    {
        pod ??= run.Network.ServerPod;
        var group = limited ? ControlGroup.Make(run.Lab, pod.Space.Label) : null;
        var (program, words) = Self();
        var at = new IPEndPoint(IPAddress.Parse(pod.Address), run.Network.Names.ServerPort);
        var start = pod.Space.Inside(program, [.. words, .. ServerProcess.Command, $"{at.Address}", $"{at.Port}", $"{backlog}", run.LogFile(pod.Space) ?? ""]);
        start.RedirectStandardInput = true;
        // A server of few connections; many collector heaps would count against its memory limit.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var server = run.Lab.Own($"server process in {pod.Space.Label}", new ChildServer(Tool.Start(start), group));
        server.process.ErrorDataReceived += static (_, _) => { };
        server.process.BeginErrorReadLine();
        server.Hear("ready");
        if (group is not null)
        {
            group.Add(server.process.Id);
            if (run.HasDumps(run.Network.Hosts.First(h => h.Space == pod.Space).Role))
                run.Recorder.AlsoSave((folder, moment) => group.Save(Path.Combine(folder, $"cgroup.{moment}.txt")), pod.Space);
        }

        return server;
    }

    /// <summary>Stops every thread of it (SIGSTOP): connections are accepted by the kernel, nothing is read.</summary>
    public void Freeze()
    {
        Libc.Signal(process.Id, Libc.SigStop);
        // Each thread stops when it next runs.
        var tasks = Directory.GetDirectories($"/proc/{process.Id}/task");
        if (!SpinWait.SpinUntil(() => Array.TrueForAll(tasks, IsStopped), Patience))
            throw new LabException("the server process does not stop");
    }

    /// <summary>Lets it run on (SIGCONT).</summary>
    public void Thaw() => Libc.Signal(process.Id, Libc.SigContinue);

    /// <summary>Ends it at once (SIGKILL); the kernel closes its sockets.</summary>
    public void Kill()
    {
        Libc.Signal(process.Id, Libc.SigKill);
        process.WaitForExit(Patience);
    }

    /// <summary>Lets it open so many more files, then no more: accept fails with EMFILE.</summary>
    public void LimitFiles(int more) => Order($"files {more}");

    /// <summary>Burns processor time on so many threads, until <see cref="Rest"/>.</summary>
    public void Spin(int threads) => Order($"spin {threads}");

    /// <summary>Ends <see cref="Spin"/>.</summary>
    public void Rest() => Order("rest");

    /// <summary>Starts so many threads that sleep.</summary>
    public void Idle(int threads) => Order($"idle {threads}");

    /// <summary>The name of the process as the kernel prints it, up to 15 characters (proc_pid_comm(5)).</summary>
    public void Rename(string name) => Order($"name {name}");

    /// <summary>Takes memory without waiting for it to be taken: beyond the group's limit the kernel kills it.</summary>
    public void Hog(long bytes)
    {
        process.StandardInput.WriteLine($"hog {bytes}");
        process.StandardInput.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (stopped)
            return;
        stopped = true;
        if (!process.HasExited)
        {
            Libc.Signal(process.Id, Libc.SigKill);
            process.WaitForExit(Patience);
        }

        process.Dispose();
    }

    private static bool IsStopped(string task)
    {
        try
        {
            // proc_pid_stat(5): the state follows the name in parentheses.
            var text = File.ReadAllText(Path.Combine(task, "stat"));
            return text[text.LastIndexOf(')')..].StartsWith(") T", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>How to start this program again: the command itself, or dotnet with its assembly (tests run in another program).</summary>
    private static (string Program, string[] Words) Self()
    {
        const string name = "whydrop";
        if (Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == name)
            return (own, []);
        var assembly = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        if (!File.Exists(assembly))
            throw new LabException($"{assembly}: not found; it is started as the server process");
        var host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        return (host, ["exec", assembly]);
    }

    private void Order(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        Hear("done");
    }

    private void Hear(string word)
    {
        var heard = process.StandardOutput.ReadLineAsync();
        if (((IAsyncResult)heard).AsyncWaitHandle.WaitOne(Patience) && heard.GetAwaiter().GetResult() == word)
            return;
        throw new LabException($"the server process did not say '{word}' within {Patience.TotalSeconds:0} s");
    }
}
