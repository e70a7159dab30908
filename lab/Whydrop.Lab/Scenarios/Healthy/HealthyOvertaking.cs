using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>Some packets are overtaken by one or two others: too few for a fast retransmit.</summary>
public sealed class HealthyOvertaking : PodScenario
{
    public override string Name => "healthy-overtaking";

    public override string Summary => "on the path some packets are overtaken by one or two others; nothing is lost and nothing sent twice, nothing is wrong";

    public override string Fault => "none";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 20, "packets overtaken of 1000", 1, 200).Drawing(5, 40),
        LabParameter.Number("by", 2, "packets that overtake", 1, 2).Drawing(1, 2),
        LabParameter.Number("delay", 8, "milliseconds that every packet takes in each direction", 1, 100).Drawing(4, 15),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    protected override void Play(PodRun run)
    {
        run.Serve();
        var box = Middlebox.Insert(run.Lab, run.Network, run.Settings.Number("seed"));
        var delay = TimeSpan.FromMilliseconds(run.Settings.Number("delay"));
        box.ToServer.Add(new Delay(delay));
        box.ToClient.Add(new Delay(delay));
        // The sender counts who overtakes (RFC 6675) instead of the time it takes (RFC 8985): that would end whenever this machine is busy for a moment.
        run.Network.Client.Exec("sysctl", "-qw", "net.ipv4.tcp_recovery=0", "net.ipv4.tcp_reordering=300");
        run.WarmUp();
        // Held for less than a quarter of the round trip, even when nobody overtakes.
        var overtaken = box.ToServer.Add(new Overtake(run.Settings.Number("per-mille") / 1000.0, run.Settings.Number("by"), delay / 4));
        run.Begin();
        var before = run.Counters(run.Network.Client);
        var moved = BulkClient.Run(run, new BulkOptions { Flows = 1, Bytes = 4_000_000, BytesPerSecond = 3_000_000, For = run.Seconds, Log = run.Log(run.Network.Client) });
        var after = run.Counters(run.Network.Client);
        run.End();

        run.Truth.Accompanying("reordering");
        run.Truth.Figure("packetsOvertaken", overtaken.Count);
        run.Truth.Figure("segmentsRetransmitted", after["Tcp.RetransSegs"] - before["Tcp.RetransSegs"]);
        run.Truth.Expect(moved[0].Failure is null, $"the transfer failed: {moved[0].Failure}");
        run.Truth.Expect(overtaken.Count > 0, "no packet was overtaken");
        run.Truth.Expect(after["TcpExt.TCPFastRetrans"] == before["TcpExt.TCPFastRetrans"], "something was retransmitted fast");
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
    }
}
