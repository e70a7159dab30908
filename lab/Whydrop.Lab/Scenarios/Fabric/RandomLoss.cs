using Whydrop.Lab.Injectors;
using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The fabric between the nodes loses packets by chance.</summary>
public sealed class RandomLoss : PodScenario
{
    public override string Name => "random-loss";

    public override string Summary => "a link between the nodes loses packets of any size, flow and time with one small probability";

    public override string Fault => "random-loss";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 20, "packets lost of 1000", 3, 200).Drawing(5, 50),
        LabParameter.Choice("by", "what drops them: firewall rules (the nodes then cut segments themselves), a box in the fabric, or the kernel's network emulator (in the virtual machine)", "rules", "box", "netem").Drawing("rules", "box"),
        LabParameter.Choice("direction", "which way loses", "request", "response", "both"),
        LabParameter.Number("flows", 4, "connections", 1, 32).Drawing(2, 8),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) =>
        [.. base.Needs(settings), .. settings.Word("by") switch { "netem" => Netem.Needs, "box" => [Need.Tun], _ => Array.Empty<Need>() }];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var (perMille, flows, direction) = (run.Settings.Number("per-mille"), run.Settings.Number("flows"), run.Settings.Word("direction"));
        run.Serve();
        var box = run.Settings.Word("by") == "box" ? Middlebox.Insert(run.Lab, network, run.Settings.Number("seed")) : null;
        run.WarmUp();
        // A super-packet would be lost as one, and be a burst.
        if (box is null)
            network.SegmentAtUplinks();
        var lost = Inject(run, box, perMille, direction is "request" or "both", direction is "response" or "both");
        run.Begin();
        var moved = BulkClient.Run(run, new BulkOptions
        {
            Flows = flows,
            // Some sixty losses, at any rate.
            Bytes = Math.Clamp(60 * 1000 / perMille * network.Options.EffectivePodMtu / flows, 2_000_000, 12_000_000),
            Download = direction == "response",
            For = run.Seconds,
            Log = run.Log(network.Client),
        });
        run.End();

        var packets = lost();
        run.BlameFabric(Fault);
        run.Truth.Figure("packetsLost", packets);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(packets >= 10, $"only {packets} packets were lost");
        run.Truth.Expect((box?.Overruns() ?? 0) == 0, "packets were lost before the middlebox");
    }

    /// <summary>Begins to lose; tells how many packets were lost so far.</summary>
    private static Func<long> Inject(PodRun run, Middlebox? box, int perMille, bool toServer, bool toClient)
    {
        var fabric = run.Network.Fabric;
        if (box is not null)
        {
            run.Lab.Report($"{fabric.Label}: {perMille} of 1000 packets are lost");
            var up = toServer ? box.ToServer.Add(new RandomDrop(perMille / 1000.0)) : null;
            var down = toClient ? box.ToClient.Add(new RandomDrop(perMille / 1000.0)) : null;
            return () => (up?.Count ?? 0) + (down?.Count ?? 0);
        }

        if (run.Settings.Word("by") == "netem")
        {
            var emulators = ((string Device, bool Loses)[])[("to-b", toServer), ("to-a", toClient)];
            var made = emulators.Where(e => e.Loses).Select(e => new Netem(fabric, e.Device, $"loss random {perMille / 10.0:0.0}%")).ToArray();
            foreach (var emulator in made)
                run.Inject(emulator);
            return () => made.Sum(m => m.Dropped());
        }

        string Drop(bool loses, string device, string counter) => loses ? $"iifname \"{device}\" numgen random mod 1000 < {perMille} counter name {counter} drop" : "";
        var rules = new Ruleset(fabric, $"{perMille} of 1000 packets are lost", $$"""
            table inet bad-link {
              counter to-server {}
              counter to-client {}
              chain forward {
                type filter hook forward priority filter; policy accept;
                {{Drop(toServer, "to-a", "to-server")}}
                {{Drop(toClient, "to-b", "to-client")}}
              }
            }
            """);
        run.Inject(rules);
        return () => rules.Packets("to-server") + rules.Packets("to-client");
    }
}
