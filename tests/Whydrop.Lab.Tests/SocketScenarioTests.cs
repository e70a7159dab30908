namespace Whydrop.Lab.Tests;

/// <summary>Sockets that run out of something: the fault is in what was collected, counted by tcpdump and the kernel; the healthy twin has none.</summary>
public sealed class SocketScenarioTests
{
    [LabFact]
    public void A_queue_that_overflows_drops_what_had_arrived()
    {
        using var folder = new CaseFolder();
        var truth = Make(folder, "rcvbuf-overrun", "flows=2");

        // Both copies of a segment are at the server's own device, and the kernel counted what it did not take.
        Assert.True(truth.Figures["TCPRcvQDrop"] > 0);
        Assert.True(folder.Count("server/eth0.pcap", "src port 8080 and tcp[14:2]=0 and tcp[tcpflags]=tcp-ack") > 0);
        Assert.True(folder.Growth("client", "Tcp", "RetransSegs") > 0);
    }

    [LabTheory]
    [InlineData("never", "slow-reader-zero-window")]
    [InlineData("again", null)]
    public void Only_a_window_that_stays_closed_is_a_fault(string reads, string? fault)
    {
        using var folder = new CaseFolder();
        var truth = Make(folder, "slow-reader-zero-window", $"reads={reads}");

        Assert.Equal(fault, truth.Fault);
        Assert.True(folder.Count("client/eth0.pcap", "src port 8080 and tcp[14:2]=0 and tcp[tcpflags]=tcp-ack") > 0);
    }

    [LabFact]
    public void Without_a_local_port_nothing_is_on_the_wire()
    {
        using var folder = new CaseFolder();
        var truth = Make(folder, "ephemeral-port-exhaustion", "ports=12");

        Assert.True(truth.Figures["connectionsRefusedLocally"] > 2);
        Assert.Equal(12, folder.Count("client/eth0.pcap", "dst port 8080 and tcp[tcpflags]=tcp-syn"));
        Assert.Contains("Cannot assign requested address (99)", File.ReadAllText(Path.Combine(folder.Case, "client", "app.log")), StringComparison.Ordinal);
    }

    [LabFact]
    public void A_full_queue_of_half_open_connections_drops_without_a_full_accept_queue()
    {
        using var folder = new CaseFolder();
        var truth = Make(folder, "syn-queue-cookies", "cookies=off");

        Assert.Equal(0, truth.Figures["ListenOverflows"]);
        Assert.True(truth.Figures["TCPReqQFullDrop"] > 5);
    }

    private static Truth Make(CaseFolder folder, string scenario, params string[] settings) =>
        LabRunner.Run(LabCatalogue.Find(scenario), settings, folder.Case, null, null, CancellationToken.None).Truth;
}
