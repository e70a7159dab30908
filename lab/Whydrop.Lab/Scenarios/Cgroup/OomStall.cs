using System.Text.RegularExpressions;
using Whydrop.Lab.Collection;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Cgroup;

/// <summary>The server outgrows the memory limit of its pod while it serves, and the kernel kills it.</summary>
public sealed class OomStall : PodScenario
{
    private const long Mebibyte = 1 << 20;

    public override string Name => "oom-stall";

    public override string Summary => "the server pod outgrows its memory limit: connections fall silent, the kernel kills the process and ends all of them at once";

    public override string Fault => "oom-stall";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("headroom", 16, "memory limit above what the server uses, MiB; 0 is no limit (healthy)", 0, 256).Drawing(8, 32),
        LabParameter.Choice("log", "what dates the kernel's log: the time of boot, the tool itself, or nothing", "boot", "iso", "none"),
        LabParameter.Number("clients", 4, "connections open when it happens", 1, 32).Drawing(3, 8),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), ControlGroup.Needed("memory"), Need.Tool("dmesg", "util-linux")];

    protected override void Play(PodRun run)
    {
        var (network, headroom) = (run.Network, run.Settings.Number("headroom"));
        var server = ChildServer.Start(run, limited: true);
        run.WarmUp();
        var group = server.Group!;
        if (headroom > 0)
            group.LeaveMemory(headroom * Mebibyte);
        run.KeepKernelLog(network.NodeB, new Regex($"Killed process {server.ProcessId} |memcg=/{run.Lab.Id.Prefix}-|Memory cgroup stats for /{run.Lab.Id.Prefix}-", RegexOptions.None, TimeSpan.FromSeconds(1)));
        if (run.Settings.Word("log") == "boot" && run.HasDumps(HostRole.NodeB))
            run.Recorder.AlsoSave((folder, moment) => File.Copy("/proc/stat", Path.Combine(folder, $"proc-stat.{moment}.txt")), network.NodeB);
        run.Begin();
        var load = RequestClient.Start(run, new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("clients"),
            // A request of one client or the other is always open when the process dies; an application that is slow by itself is another fault.
            ServerThinks = TimeSpan.FromMilliseconds(120),
            Pause = TimeSpan.FromMilliseconds(40),
            Patience = TimeSpan.FromSeconds(20),
            Log = run.Log(network.Client),
        });
        run.Pause(run.Seconds / 2);
        run.Lab.Report($"{network.Server.Label} takes memory");
        server.Hog(headroom > 0 ? 4 * headroom * Mebibyte : 64 * Mebibyte);
        var asked = load.Wait();
        var killed = group.Memory is { } folder && File.Exists(Path.Combine(folder, "memory.events")) ? group.Read("memory.events", "oom_kill") : group.Read("memory.oom_control", "oom_kill");
        run.End();
        if (run.Settings.Word("log") == "iso" && run.HasDumps(HostRole.NodeB))
            Date(Path.Combine(run.Recorder.Folder(network.NodeB), "dmesg.txt"));

        if (headroom > 0)
        {
            // Without a dated log, the counter may be of another process of the pod, and the server gone for another reason.
            var dated = run.HasDumps(HostRole.NodeB) && run.Settings.Word("log") != "none";
            var told = run.HasDumps(HostRole.Server) || run.HasDumps(HostRole.NodeB);
            run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server) && dated, suspectable: told);
            // The log of the node does not name the namespace of the pod.
            if (!run.HasDumps(HostRole.Server))
                run.Truth.AlsoAt(network.NodeB);
            // Where nobody tells of the kill, or when it was, that nothing listens any more is all that can be proven, and it is true.
            if (!dated)
                run.Truth.AlsoTrue("connection-refused-closed-port");
            // Nothing listens any more once the process is dead, and its kernel resets connections whose data it had not read.
            run.Truth.Accompanying("connection-refused-closed-port", "app-rst");
        }

        run.Truth.Figure("processesKilled", killed);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("requestsFailed", asked.Failed);
        run.Truth.Expect(headroom > 0 ? killed > 0 && asked.Failed > 0 : killed == 0 && asked.Failed == 0, $"{killed} processes were killed, {asked.Failed} requests failed");
    }

    /// <summary>The log as <c>dmesg --time-format iso</c> prints it.</summary>
    private static void Date(string log)
    {
        if (File.Exists(log))
            File.WriteAllLines(log, KernelLog.Dated(File.ReadLines(log)));
    }
}
