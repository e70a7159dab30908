using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Cgroup;

/// <summary>The server's threads use up the CPU quota of its pod early in each period and stand still for the rest of it.</summary>
public sealed class CfsThrottling : PodScenario
{
    public override string Name => "cfs-throttling";

    public override string Summary => "the server pod has used up its CPU quota: the kernel acknowledges requests at once, answers come after the next periods begin";

    public override string Fault => "cfs-throttling";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("quota", 10, "CPU quota of the pod, per cent of one processor; 0 is none (healthy)", 0, 400).Drawing(5, 15),
        LabParameter.Number("threads", 2, "threads of the server that always have work", 1, 4).Drawing(2, 3),
        LabParameter.Number("clients", 2, "clients that ask", 1, 8).Drawing(1, 3),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), ControlGroup.Needed("cpu")];

    protected override void Play(PodRun run)
    {
        var (network, quota) = (run.Network, run.Settings.Number("quota"));
        var server = ChildServer.Start(run, limited: true);
        run.WarmUp();
        var group = server.Group!;
        server.Spin(run.Settings.Number("threads"));
        if (quota > 0)
        {
            run.Lab.Report($"{network.Server.Label} gets {quota} % of one processor");
            group.LimitCpu(quota / 100.0);
        }

        run.Begin();
        var before = (Periods: group.Read("cpu.stat", "nr_periods"), Throttled: group.Read("cpu.stat", "nr_throttled"));
        var asked = RequestClient.Run(run, new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("clients"),
            Patience = TimeSpan.FromSeconds(20),
            Log = run.Log(network.Client),
        });
        var throttled = group.Read("cpu.stat", "nr_throttled") - before.Throttled;
        var periods = group.Read("cpu.stat", "nr_periods") - before.Periods;
        run.End();

        if (quota > 0)
            run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasDumps(HostRole.Server) || run.HasAnyCapture);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("slowestAnswerMilliseconds", (long)asked.Slowest.TotalMilliseconds);
        run.Truth.Figure("periods", periods);
        run.Truth.Figure("periodsThrottled", throttled);
        run.Truth.Expect(asked.Failed == 0, $"a request failed: {string.Concat(asked.Failures.Take(1))}");
        run.Truth.Expect(quota > 0 ? throttled > periods / 10 : throttled == 0, $"{throttled} of {periods} periods were throttled");
        // A request waits for the rest of a period at least now and then.
        run.Truth.Expect(quota == 0 || asked.Slowest >= TimeSpan.FromMilliseconds(40), $"the slowest answer took only {asked.Slowest.TotalMilliseconds:0} ms");
    }
}
