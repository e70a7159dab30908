using System.Text.RegularExpressions;
using Whydrop.Lab.Collection;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>A capture whose buffer is too small: frames are missing in the file, none on the wire.</summary>
public sealed partial class HealthyCaptureDrops : PodScenario
{
    public override string Name => "healthy-capture-drops";

    public override string Summary => "tcpdump on the server's side has a tiny buffer and loses frames; on the wire nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("host", "whose captures lose frames", "server", "node-b"),
        LabParameter.Choice("evidence", "what is collected", "all", "ends", "nodes", "captures").Drawing("all", "captures"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on").Drawing("off"),
    ];

    protected override void Play(PodRun run)
    {
        var role = run.Settings.Word("host") == "server" ? HostRole.Server : HostRole.NodeB;
        run.Serve();
        run.WarmUp();
        run.Recorder.Plan = (host, device) => new CapturePlan(device, BufferKibibytes: host.Role == role ? 8 : 4096);
        run.Begin();
        var before = run.Counters(run.Network.Client);
        var moved = BulkClient.Run(run, new BulkOptions { Flows = 4, Bytes = 4_000_000, BytesPerSecond = 8_000_000, For = run.Seconds });
        var after = run.Counters(run.Network.Client);
        run.End();

        var host = run.Network.Hosts.First(h => h.Role == role).Space;
        var dropped = Directory.EnumerateFiles(run.Recorder.Folder(host), "*.tcpdump.txt").Sum(file => Dropped().Match(File.ReadAllText(file)) is { Success: true } m ? long.Parse(m.Groups["n"].Value) : 0);
        run.Truth.Accompanying("capture-kernel-drops");
        run.Truth.Unprovable();
        run.Truth.Figure("framesMissingInCaptures", dropped);
        run.Truth.Figure("segmentsRetransmitted", after["Tcp.RetransSegs"] - before["Tcp.RetransSegs"]);
        run.Truth.Expect(moved.All(m => m.Failure is null), "a transfer failed");
        run.Truth.Expect(dropped > 0, "the captures lost nothing");
    }

    [GeneratedRegex(@"(?<n>\d+) packets? dropped by kernel", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dropped();
}
