using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>For a moment the path holds all packets back for longer than the retransmission timer of their sender.</summary>
public sealed class SpuriousRto : PodScenario
{
    public override string Name => "spurious-rto";

    public override string Summary => "now and then the path holds everything back for longer than the senders' timers, in order; nothing is lost, the timers repeat in vain";

    public override string Fault => "spurious-rto";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("held", 700, "milliseconds that packets are held back", 300, 3000).Drawing(500, 900),
        LabParameter.Number("delay", 4, "milliseconds that every packet takes in each direction", 0, 100).Drawing(1, 10),
        LabParameter.Number("flows", 2, "connections", 1, 16).Drawing(1, 4),
        LabParameter.Number("seconds", 5, "how long the load runs", 3, 60).Drawing(5, 6),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        var usual = TimeSpan.FromMilliseconds(run.Settings.Number("delay"));
        var there = box.ToServer.Add(new Delay(usual));
        box.ToClient.Add(new Delay(usual));
        run.WarmUp();
        run.Begin();
        var before = run.Counters(network.Client);
        var load = RequestClient.Start(run, new RequestOptions
        {
            For = run.Seconds, Connections = run.Settings.Number("flows"), Pause = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(15), Log = run.Log(network.Client),
        });
        for (var time = 0; time < 2; time++)
        {
            run.Pause(TimeSpan.FromSeconds(1));
            run.Lab.Report($"packets to the server are held for {run.Settings.Number("held")} ms");
            there.Time = TimeSpan.FromMilliseconds(run.Settings.Number("held"));
            run.Pause(TimeSpan.FromMilliseconds(100));
            there.Time = usual;
        }

        var asked = load.Wait();
        var after = run.Counters(network.Client);
        run.End();

        run.BlameFabric(Fault, suspectable: run.HasCaptures(HostRole.NodeA) || run.HasCaptures(HostRole.Client));
        run.Truth.Accompanying("bufferbloat");
        run.Truth.Figure("segmentsRetransmitted", after["Tcp.RetransSegs"] - before["Tcp.RetransSegs"]);
        run.Truth.Figure("timeouts", after["TcpExt.TCPTimeouts"] - before["TcpExt.TCPTimeouts"]);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Expect(after["TcpExt.TCPTimeouts"] > before["TcpExt.TCPTimeouts"], "no timer fired");
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
    }
}
