using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class RoutingLogTests
{
    public static TheoryData<string, string, string, string?> Sessions() => new()
    {
        // Cisco IOS 12 and 15, IOS XE with VRF, IOS XR, NX-OS
        { "Oct 26 21:17:06: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Down BGP Notification received", "bgp-down", "10.0.0.1", "BGP Notification received" },
        { "*Mar  1 00:03:48.339: %BGP-5-ADJCHANGE: neighbor 150.1.1.1 Up ", "bgp-up", "150.1.1.1", null },
        { "000123: Oct  7 09:21:00.342 UTC: %BGP-5-ADJCHANGE: neighbor 63.1.1.190 vpn vrf GN Down BGP Notification sent", "bgp-down", "63.1.1.190", "BGP Notification sent" },
        { "Feb 20 2024 10:11:12.123 CST: %BGP-5-NBR_RESET: Neighbor 10.0.0.1 reset (Peer closed the session)", "bgp-reset", "10.0.0.1", "Peer closed the session" },
        { "RP/0/RSP0/CPU0:Feb 20 10:11:12.123 UTC: bgp[1058]: %ROUTING-BGP-5-ADJCHANGE : neighbor 10.1.1.1 Down - BGP Notification sent, hold time expired (VRF: default) (AS: 65001)", "bgp-down", "10.1.1.1", "BGP Notification sent, hold time expired" },
        { "RP/0/RP0/CPU0:Aug 16 07:44:28.097 UTC: bgp[1084]: %ROUTING-BGP-5-ADJCHANGE : neighbor 2001:db8::31 Up (VRF: default) (AS: 65001)", "bgp-up", "2001:db8::31", null },
        { "2024 Sep 19 14:11:23 CORE-202 %BGP-5-ADJCHANGE:  bgp-65001 [25132] (ISP_SERV) neighbor 10.116.27.1 Down - recv:  other configuration change", "bgp-down", "10.116.27.1", "recv:  other configuration change" },
        { "2024 Sep 19 14:11:34.123 UTC CORE-202 %BGP-5-ADJCHANGE:  bgp- [25132] (default) neighbor 10.116.27.1 Up", "bgp-up", "10.116.27.1", null },

        // FRR 4, 7.5, 8, SONiC
        { "Jan  4 11:23:21 frr bgpd[2146]: %ADJCHANGE: neighbor 10.1.0.1(frr) in vrf default Down BGP Notification received", "bgp-down", "10.1.0.1", "BGP Notification received" },
        { "2023/02/03 12:38:22 BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 2602:fed3::3(pf.example.net) in vrf default Up", "bgp-up", "2602:fed3::3", null },
        { "2023/12/22 10:46:01 BGP: [V1CHF-JSGRR] %NOTIFICATION: sent to neighbor 24.2.1.103 6/4 (Cease/Administratively Reset) 0 bytes", "bgp-notification", "24.2.1.103", "Cease/Administratively Reset" },
        { "2019/01/01 10:46:01 BGP: %ADJCHANGE: neighbor 10.0.0.9 Down Peer closed the session", "bgp-down", "10.0.0.9", "Peer closed the session" },
        { "<166>1 2019-02-20T15:10:35.073589+00:00 ss12 bgpd 83 - -  %ADJCHANGE: neighbor 100.67.0.142(sp01.02.lab) in vrf Default Down Interface down", "bgp-down", "100.67.0.142", "Interface down" },

        // Arista EOS, with and without VRF
        { "Dec 14 12:08:59 LEAF Bgp: %BGP-5-ADJCHANGE: peer 192.0.2.2 (VRF default AS 12345) old state Established event AdminReset new state Idle", "bgp-down", "192.0.2.2", "AdminReset" },
        { "Dec 14 12:09:00 LEAF Rib: %BGP-5-ADJCHANGE: peer 192.0.2.2 (AS 12345) old state OpenConfirm event Established new state Established", "bgp-up", "192.0.2.2", null },

        // Junos
        { "<28>Jun 21 14:03:12  vmx01 rpd[2902]: RPD_BGP_NEIGHBOR_STATE_CHANGED: BGP peer 1.1.1.1 (External AS 2222) changed state from Established to Idle (event HoldTime) (instance master)", "bgp-down", "1.1.1.1", "HoldTime" },
        { "2024-02-20T10:11:12.123+08:00 vmx01 rpd[2902]: RPD_BGP_NEIGHBOR_STATE_CHANGED: BGP peer 2001:db8::1 (Internal AS 2222) changed state from OpenConfirm to Established (event RecvKeepAlive) (instance master)", "bgp-up", "2001:db8::1", null },
        { "Jan 1 11:28:36.771488 bgp_hold_timeout:4660: NOTIFICATION sent to 10.0.0.1 (Internal AS 65000): code 4 (Hold Timer Expired Error), Reason: holdtime expired", "bgp-notification", "10.0.0.1", "holdtime expired" },

        // Huawei VRP: campus and data centre switches, NetEngine, traps
        { "Feb 20 2024 10:11:12+08:00 CE1 %%01BGP/3/STATE_CHG_UPDOWN(l)[12]:The status of the peer 10.0.0.1 changed from ESTABLISHED to IDLE. (InstanceName=Public, StateChangeReason=Hold Timer Expired)", "bgp-down", "10.0.0.1", "Hold Timer Expired" },
        { "2024-02-20 10:11:12+08:00 CE1 %%01BGP/3/STATE_CHG_UPDOWN(L)[8]:The status of the peer 10.0.0.1 changed from OPENCONFIRM to ESTABLISHED. (InstanceName=Public)", "bgp-up", "10.0.0.1", null },
        { "Feb 20 2024 10:11:12 NE1 %%01BGP/6/PEER_STATE_CHG(l): The state of the peer changed after receiving an event. (PrevState=ESTABLISHED, CurrState=IDLE, InputEvent=HOLD_TIMER, Peer=10.0.0.2, SourceInterface=NULL, VpnInstance=_public_)", "bgp-down", "10.0.0.2", "HOLD_TIMER" },
        { "Feb 20 2024 10:11:12 NE1 %%01BGP/2/hwBgpBackwardTransition(t): The BGP FSM moves from a higher numbered state to a lower numbered state. (BgpPeerRemoteAddr=10.0.0.3, InstanceId=0, Reason=Receive notification, Description=)", "bgp-down", "10.0.0.3", "Receive notification" },

        // H3C Comware 5 and 7
        { "%Feb 20 10:11:12:123 2024 SW1 RM/3/RMLOG: BGP.: 10.1.1.2 State is changed from OPENCONFIRM to ESTABLISHED.", "bgp-up", "10.1.1.2", null },
        { "%@1234%Feb 20 10:11:12:123 2024 SW1 BGP/5/BGP_STATE_CHANGED: BGP.extranet: 10.251.9.153  state has changed from ESTABLISHED to IDLE", "bgp-down", "10.251.9.153", null },
        { "<189>Feb 20 10:11:12 2024 SW1 %%10BGP/5/BGP_STATE_CHANGED: -DevIP=10.0.0.9; BGP.: 192.99.0.2 state is changed from ESTABLISHED to IDLE. (Reason: hold timer expired)", "bgp-down", "192.99.0.2", "hold timer expired" },

        // GoBGP 1 and 3, in docker's files and as structured log of klog; MetalLB
        { "time=\"2019-10-02T21:41:27Z\" level=info msg=\"Peer Down\" Key=10.0.0.7 Reason=\"notification-received code 6(cease) subcode 2(administrative shutdown)\" State=BGP_FSM_ESTABLISHED Topic=Peer", "bgp-down", "10.0.0.7", "notification-received code 6(cease) subcode 2(administrative shutdown)" },
        { "{\"log\":\"time=\\\"2021-05-29T02:57:35Z\\\" level=info msg=\\\"Peer Up\\\" Key=185.150.144.173 State=BGP_FSM_OPENCONFIRM Topic=Peer\\n\",\"stream\":\"stderr\",\"time\":\"2021-05-29T02:57:35.978414535Z\"}", "bgp-up", "185.150.144.173", null },
        { "{\"Key\":\"10.0.0.7\",\"Reason\":\"read-failed\",\"State\":\"BGP_FSM_ESTABLISHED\",\"Topic\":\"Peer\",\"level\":\"info\",\"msg\":\"Peer Down\",\"time\":\"2024-02-20T10:11:12Z\"}", "bgp-down", "10.0.0.7", "read-failed" },
        { "I0220 10:11:12.123456       1 bgp_logger.go:50] \"Peer Down\" Key=\"10.0.0.7\" Reason=\"graceful-restart\" State=\"BGP_FSM_ESTABLISHED\"", "bgp-down", "10.0.0.7", "graceful-restart" },
        { "time=\"2021-05-29T02:59:34Z\" level=info msg=\"peer graceful restart\" Key=185.150.144.173 State=BGP_FSM_ESTABLISHED Topic=Peer", "bgp-graceful-restart", "185.150.144.173", null },
        { "time=\"2021-08-10T20:58:56+08:00\" level=warning msg=\"graceful restart timer expired\" Key=10.35.98.21 State=BGP_FSM_ACTIVE Topic=Peer", "bgp-graceful-restart-expired", "10.35.98.21", null },
        { "{\"caller\":\"level.go:63\",\"event\":\"sessionDown\",\"level\":\"warn\",\"localASN\":65358,\"msg\":\"BGP session down\",\"peer\":\"10.10.10.250:179\",\"peerASN\":65330,\"ts\":\"2021-12-09T11:22:58.563075149Z\"}", "bgp-down", "10.10.10.250", null },
        { "2021-12-09T11:22:58.563075149Z {\"caller\":\"level.go:63\",\"event\":\"sessionUp\",\"msg\":\"BGP session established\",\"peer\":\"[fd00::1]:179\",\"peerASN\":65330,\"ts\":\"2021-12-09T11:22:58.563075149Z\"}", "bgp-up", "fd00::1", null },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_session_that_changes_names_its_peer_and_the_reason(string line, string kind, string peer, string? reason)
    {
        var one = Assert.Single(Events(line + "\n"));
        Assert.Equal((kind, peer, reason), (one.Kind, one.Subject, one.Details.GetValueOrDefault("reason")));
        Assert.True(one.Time is not null || one.Details.ContainsKey("local-time"));
    }

    [Theory]
    [InlineData("Feb 20 10:11:12 LEAF Bgp: %BGP-5-ADJCHANGE: peer 192.0.2.2 (VRF default AS 12345) old state Connect event Stop new state Idle")]
    [InlineData("Feb 20 10:11:12 vmx01 rpd[2902]: RPD_BGP_NEIGHBOR_STATE_CHANGED: BGP peer 1.1.1.1 (External AS 2222) changed state from Established to EstabSync (event RsyncAck) (instance master)")]
    [InlineData("Feb 20 2024 10:11:12 CE1 %%01BGP/3/STATE_CHG_UPDOWN(l)[12]:The status of the peer 10.0.0.1 changed from CONNECT to IDLE.")]
    [InlineData("%Feb 20 10:11:12:123 2024 SW1 RM/6/RMDEBUG: BGP.: 10.1.1.2 State is changed from ACTIVE to CONNECT.")]
    [InlineData("Oct 26 21:17:11: %BGP_SESSION-5-ADJCHANGE: neighbor 10.0.0.1 IPv4 Unicast topology base removed from session  Peer closed the session")]
    [InlineData("2024-02-20 10:11:12 <INFO> Reconfigured")]
    [InlineData("Feb 20 10:11:12 r1 bird: device1: State changed to down")]
    [InlineData("Feb 20 10:11:12 app player[7]: stream1: State changed to stop")]
    public void Steps_between_other_states_and_other_protocols_are_no_event(string line) => Assert.Empty(Events(line + "\n"));

    [Theory]
    [InlineData("2024-02-20 10:11:12+08:00 CE1 %%01BGP/3/STATE_CHG_UPDOWN(L)[8]:The status of the peer 10.0.0.1 changed from CONNECT to ESTABLISHED.", "2024-02-20T02:11:12.000000Z", null)]
    [InlineData("Feb 20 2024 10:11:12+08:00 CE1 %%01BGP/3/STATE_CHG_UPDOWN(L)[8]:The status of the peer 10.0.0.1 changed from CONNECT to ESTABLISHED.", "2024-02-20T02:11:12.000000Z", null)]
    [InlineData("Feb 20 2024 10:11:12.123 UTC: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up", "2024-02-20T10:11:12.123000Z", null)]
    [InlineData("2024 Feb 20 10:11:12.123 UTC CORE %BGP-5-ADJCHANGE:  bgp-1 [2] (default) neighbor 10.0.0.1 Up", "2024-02-20T10:11:12.123000Z", null)]
    [InlineData("*Feb 20 2024 10:11:12.123 UTC: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up", null, "2024-02-20T10:11:12.123000")]
    [InlineData("*Mar  1 00:01:02.123 UTC: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up", null, "03-01T00:01:02.123000")]
    [InlineData("Feb 20 2024 10:11:12.123 CST: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up", null, "2024-02-20T10:11:12.123000")]
    [InlineData("%@1234%Feb 20 10:11:12:123 2024 SW1 BGP/5/BGP_STATE_CHANGED: BGP.: 10.0.0.1 state has changed from CONNECT to ESTABLISHED", null, "2024-02-20T10:11:12.123000")]
    [InlineData("Feb 29 2023 10:11:12.123 UTC: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up", null, null)]
    public void A_devices_clock_is_placed_only_with_year_and_zone_and_when_it_was_set(string line, string? time, string? local)
    {
        // Another line keeps the text a log where this one's time is none.
        var one = Assert.Single(Events("2024-02-20T00:00:00Z x\n" + line + "\n"));
        Assert.Equal((time, local), (one.Time?.ToString(), one.Details.GetValueOrDefault("local-time")));
    }

    [Fact]
    public void A_device_names_itself_and_prints_its_zone_without_a_year()
    {
        var one = Assert.Single(ReadAt(VantagePoint.Unknown, "Feb 20 10:11:12.123 UTC: %BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up\n"));
        Assert.Equal("+00:00", one.Details["zone"]);
        Assert.Equal("CE1", Assert.Single(ReadAt(VantagePoint.Unknown, "Feb 20 2024 10:11:12 CE1 %%01BGP/3/STATE_CHG_UPDOWN(l)[12]:The status of the peer 10.0.0.1 changed from ESTABLISHED to IDLE.\n")).At.Node);
    }

    [Fact]
    public void Comware_5_puts_the_message_on_a_line_of_its_own()
    {
        var one = Assert.Single(Events("%Aug 24 14:12:13:728 2006 Sysname RM/3/RMLOG:\nBGP.: 10.1.1.2 State is changed from ESTABLISHED to IDLE.\n"));
        Assert.Equal(("bgp-down", "10.1.1.2", "2006-08-24T14:12:13.728000"), (one.Kind, one.Subject, one.Details["local-time"]));
    }

    [Fact]
    public void Bird_tells_one_change_in_several_lines()
    {
        // Calico's own setting: states only.
        var calico = Events("""
            2024-02-20_10:00:00.10000 bird: Mesh_10_0_0_5: State changed to start
            2024-02-20_10:00:01.10000 bird: Mesh_10_0_0_5: State changed to feed
            2024-02-20_10:00:01.20000 bird: Mesh_10_0_0_5: State changed to up
            2024-02-20_10:05:00.10000 bird: Mesh_10_0_0_5: Received: Administrative shutdown
            2024-02-20_10:05:00.20000 bird: Mesh_10_0_0_5: State changed to stop
            2024-02-20_10:05:00.30000 bird: Mesh_10_0_0_5: State changed to down
            2024-02-20_10:05:00.40000 bird: Mesh_10_0_0_5: State changed to start
            """);
        Assert.Equal([("bgp-up", "10.0.0.5", null), ("bgp-notification", "10.0.0.5", "Administrative shutdown"), ("bgp-down", "10.0.0.5", "Administrative shutdown")], calico.Select(e => (e.Kind, e.Subject!, e.Details.GetValueOrDefault("reason"))));

        // BIRD 2 with all events, in a file of its own; the log begins when the session is up.
        var own = Events("""
            2016-12-02 10:52:50.123 <TRACE> R1: Neighbor graceful restart detected
            2016-12-02 10:52:50.123 <TRACE> R1: State changed to start
            2016-12-02 10:52:50.123 <TRACE> R1: BGP session closed
            2016-12-02 10:52:55.123 <TRACE> R1: BGP session established
            2016-12-02 10:52:55.124 <TRACE> R1: State changed to up
            2016-12-02 10:53:55.124 <INFO> Shutting down
            """);
        Assert.Equal([("bgp-graceful-restart", "R1"), ("bgp-up", "R1"), ("daemon-stop", "bird")], own.Select(e => (e.Kind, e.Subject!)));
        Assert.Equal("bgp-down", Assert.Single(Events("Feb 20 10:11:12 r1 bird[12]: uplink: BGP session closed\n")).Kind);
    }

    [Theory]
    [InlineData("I0727 05:08:47.715739       1 kube-router.go:207] Running /usr/local/bin/kube-router version v0.3.2, built on 2019-07-25T11:50:15+0530, go1.10.8", "daemon-start", "kube-router")]
    [InlineData("I0727 05:08:47.715739       1 kube-router.go:301] Shutting down the controllers", "daemon-stop", "kube-router")]
    [InlineData("2024/02/20 10:11:12 BGP: [T83RR-8SM5G] bgpd 8.4.2 starting: vty@2605, bgp@<all>:179", "daemon-start", "bgpd")]
    [InlineData("2026/04/30 19:14:38 WATCHFRR: [ZCJ3S-SPH5S] bgpd state -> down : read returned EOF", "daemon-stop", "bgpd")]
    [InlineData("Feb 20 10:11:12 r1 bgpd[12]: Terminating on signal", "daemon-stop", "bgpd")]
    [InlineData("Feb 20 10:11:12 r1 bird: Started", "daemon-start", "bird")]
    [InlineData("Feb 20 10:11:12 r1 systemd[1]: Stopping FRRouting...", "daemon-stop", "FRRouting")]
    [InlineData("Feb 20 10:11:12 r1 systemd[1]: Started bird.service - BIRD Internet Routing Daemon.", "daemon-start", "BIRD Internet Routing Daemon")]
    [InlineData("2024-02-20T10:11:12.000000000Z stdout F Calico node started successfully", "daemon-start", "Calico node")]
    [InlineData("{\"branch\":\"main\",\"caller\":\"main.go:86\",\"msg\":\"MetalLB speaker starting (commit ec4eee57, branch main)\",\"ts\":\"2020-09-18T16:59:24.688642018Z\"}", "daemon-start", "MetalLB speaker")]
    public void Daemons_that_start_and_end_are_named(string line, string kind, string daemon)
    {
        var one = Assert.Single(Events(line + "\n"));
        Assert.Equal((kind, daemon), (one.Kind, one.Subject));
    }

    [CorpusFact]
    public void Logs_of_real_daemons()
    {
        var bird = Corpus.Read("issues/calicoctl-900.bird.log").All<LogEvent>();
        Assert.Contains(bird, e => e is { Kind: "bgp-up", Subject: "10.121.43.95" } && e.Details["local-time"] == "2016-03-30T19:46:40.887770");
        var metal = Corpus.Read("issues/metallb-1114.bgp.json").All<LogEvent>();
        Assert.Contains(metal, e => e is { Kind: "bgp-down", Subject: "10.10.10.250", Time: not null } && e.Details["as"] == "65330");
    }

    private static IReadOnlyList<LogEvent> Events(string text) => Reading.Of(text).All<LogEvent>();

    private static List<LogEvent> ReadAt(VantagePoint at, string text) => [.. ReaderCatalogue.Read(Text.TextFile.FromText("switch.log", text), at).Facts.OfType<LogEvent>()];
}
