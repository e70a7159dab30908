using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>
/// What routing daemons and switches say of their BGP sessions, and of their own start and end. The states are those of RFC 4271 8.2.2; a session that was not
/// established cannot go down, so that steps between the other states are no event. BIRD names protocols instead of peers: <see cref="BirdSessions"/>.
/// </summary>
internal static partial class RoutingPhrases
{
    private const string Peer = "peer";
    private const string Daemon = "daemon";

    /// <summary>In the order of trial: the first that fits is the event.</summary>
    public static IReadOnlyList<LogPhrase> All { get; } =
    [
        // FRR and Quagga, Cisco IOS, IOS XE, IOS XR, NX-OS
        new("bgp-{state}", "ADJCHANGE", AdjacencyChange(), Peer),
        new("bgp-reset", "NBR_RESET", NeighborReset(), Peer),

        // Arista EOS
        new("bgp-down", "old state Established", EosDown(), Peer),
        new("bgp-up", "new state Established", EosUp(), Peer),

        // Juniper Junos
        new("bgp-down", "changed state from ", JunosDown(), Peer),
        new("bgp-up", "to Established", JunosUp(), Peer),

        // Huawei VRP: STATE_CHG_UPDOWN, PEER_STATE_CHG, and the traps kept as log
        new("bgp-down", "status of the peer", VrpDown(), Peer),
        new("bgp-up", "status of the peer", VrpUp(), Peer),
        new("bgp-down", "PrevState=ESTABLISHED", VrpStateDown(), Peer),
        new("bgp-up", "CurrState=ESTABLISHED", VrpStateUp(), Peer),
        new("bgp-down", "from a higher numbered state", VrpTrapDown(), Peer),
        new("bgp-up", "enters the Established state", VrpTrapUp(), Peer),

        // H3C Comware 5 and 7
        new("bgp-down", "changed from ESTABLISHED", ComwareDown(), Peer),
        new("bgp-up", "to ESTABLISHED", ComwareUp(), Peer),

        // GoBGP: kube-router, Cilium, kube-vip
        new("bgp-{state}", "Peer Down", GoBgpPeer(), Peer),
        new("bgp-{state}", "Peer Up", GoBgpPeer(), Peer),
        new("bgp-graceful-restart", "peer graceful restart", GoBgpRestart(), Peer),
        new("bgp-graceful-restart-expired", "graceful restart timer expired", GoBgpExpired(), Peer),
        new("bgp-graceful-restart-expired", "graceful restart timer expired", FrrExpired(), Peer),
        new("bgp-graceful-restart-expired", "graceful restart stalepath timer expired", FrrExpired(), Peer),

        // MetalLB's own speaker
        new("bgp-down", "BGP session down", MetalLbDown(), Peer),
        new("bgp-up", "BGP session established", MetalLbUp(), Peer),

        // RFC 4271 4.5, in the words of FRR, Cisco, Arista; Junos
        new("bgp-notification", "NOTIFICATION: ", Notification(), Peer),
        new("bgp-notification", "NOTIFICATION ", JunosNotification(), Peer),

        new("daemon-start", "kube-router version", KubeRouterStart(), Daemon),
        new("daemon-stop", "Shutting down the controllers", KubeRouterStop(), Daemon),
        new("daemon-start", " starting: ", FrrStart(), Daemon),
        new("daemon-stop", "state -> down", FrrDown(), Daemon),
        new("daemon-stop", "Terminating on signal", FrrStop(), Daemon),
        new("daemon-start", "node started successfully", CalicoStart(), Daemon),
        new("daemon-start", "gobgpd started", GoBgpStart(), Daemon),
        new("daemon-start", "MetalLB speaker starting", MetalLbStart(), Daemon),
        new("daemon-start", "Started ", UnitStarted(), Daemon),
        new("daemon-stop", "Stopping ", UnitStopping(), Daemon),
    ];

    [GeneratedRegex(
        @"ADJCHANGE ?:\s+(?:bgp-\s?\d* ?\[\d+\] \((?<vrf>[^)\s]{1,60})\) )?neighbor (?<peer>[^\s()]{2,60})(?:\([^)]{0,200}\))?(?: IPv[46] \w{1,20})?(?:(?: in| vpn)? vrf (?<vrf>\S{1,60}))? (?<state>Up|Down)\b[\s-]*(?<reason>[^(]{0,160})(?:\((?!VRF:|AS:)(?<reason>[^)]{1,100})\) ?)?(?:\(VRF: ?(?<vrf>[^)]{1,60})\))?(?: ?\(AS: ?(?<as>[\d.]{1,12})\))?")]
    private static partial Regex AdjacencyChange();

    [GeneratedRegex(@"NBR_RESET: Neighbor (?<peer>\S{2,60})(?: in vrf (?<vrf>\S{1,60}))? reset \((?<reason>[^)]{1,160})\)")]
    private static partial Regex NeighborReset();

    [GeneratedRegex(@"peer (?<peer>\S{2,60}) \((?:VRF (?<vrf>\S{1,60}) )?AS (?<as>[\d.]{1,12})\) old state Established event (?<reason>\w{1,60}) new state (?!Established)\w")]
    private static partial Regex EosDown();

    [GeneratedRegex(@"peer (?<peer>\S{2,60}) \((?:VRF (?<vrf>\S{1,60}) )?AS (?<as>[\d.]{1,12})\) old state (?!Established)\w+ event \w+ new state Established")]
    private static partial Regex EosUp();

    // EstabSync is Established with the other routing engine in step.
    [GeneratedRegex(@"BGP peer (?<peer>\S{2,60}) \((?:(?:Internal|External) )?AS (?<as>[\d.]{1,12})\) changed state from Estab(?:lished|Sync) to (?!Estab)\w+(?: \(event (?<reason>\w{1,60})\))?(?: \(instance (?<vrf>\S{1,60})\))?")]
    private static partial Regex JunosDown();

    [GeneratedRegex(@"BGP peer (?<peer>\S{2,60}) \((?:(?:Internal|External) )?AS (?<as>[\d.]{1,12})\) changed state from (?!Estab)\w+ to Established(?: \(event \w{1,60}\))?(?: \(instance (?<vrf>\S{1,60})\))?")]
    private static partial Regex JunosUp();

    [GeneratedRegex(@"status of the peer (?<peer>\S{2,60}) changed from ESTABLISHED to (?!ESTABLISHED)\w+\.?(?: \(.{0,200}?(?:StateChangeReason|Reason)=(?<reason>[^,)]{1,120}))?", RegexOptions.IgnoreCase)]
    private static partial Regex VrpDown();

    [GeneratedRegex(@"status of the peer (?<peer>\S{2,60}) changed from (?!ESTABLISHED)\w+ to ESTABLISHED", RegexOptions.IgnoreCase)]
    private static partial Regex VrpUp();

    [GeneratedRegex(@"PrevState=ESTABLISHED, CurrState=(?!ESTABLISHED)\w+, InputEvent=(?<reason>[^,)]{1,60}), Peer=(?<peer>[^,)\s]{2,60})(?:.{0,80}? VpnInstance=(?<vrf>[^,)\s]{1,60}))?", RegexOptions.IgnoreCase)]
    private static partial Regex VrpStateDown();

    [GeneratedRegex(@"PrevState=(?!ESTABLISHED)\w+, CurrState=ESTABLISHED, InputEvent=[^,)]{1,60}, Peer=(?<peer>[^,)\s]{2,60})(?:.{0,80}? VpnInstance=(?<vrf>[^,)\s]{1,60}))?", RegexOptions.IgnoreCase)]
    private static partial Regex VrpStateUp();

    [GeneratedRegex(@"BGP FSM moves from a higher numbered state.{0,80}?RemoteAddr=(?<peer>[^,)\s]{2,60})(?:.{0,200}?[ (]Reason=(?<reason>[^,)]{1,120}))?", RegexOptions.IgnoreCase)]
    private static partial Regex VrpTrapDown();

    [GeneratedRegex(@"BGP FSM enters the Established state.{0,80}?RemoteAddr=(?<peer>[^,)\s]{2,60})", RegexOptions.IgnoreCase)]
    private static partial Regex VrpTrapUp();

    [GeneratedRegex(@"BGP\.(?<vrf>[\w-]{1,60})?: +(?<peer>\S{2,60}) +state (?:is|has) changed from ESTABLISHED to (?!ESTABLISHED)\w+(?:[. ]+\(?Reason: ?(?<reason>[^)]{1,120}))?", RegexOptions.IgnoreCase)]
    private static partial Regex ComwareDown();

    [GeneratedRegex(@"BGP\.(?<vrf>[\w-]{1,60})?: +(?<peer>\S{2,60}) +state (?:is|has) changed from (?!ESTABLISHED)\w+ to ESTABLISHED", RegexOptions.IgnoreCase)]
    private static partial Regex ComwareUp();

    [GeneratedRegex(@"\bPeer (?<state>Up|Down)\b.{0,100}?\bKey=""?(?<peer>[0-9A-Fa-f.:]{2,45})(?:.{0,60}?\bReason=(?:""(?<reason>[^""]{1,160})""|(?<reason>[^\s""]{1,80})))?")]
    private static partial Regex GoBgpPeer();

    [GeneratedRegex(@"peer graceful restart\b.{0,100}?\bKey=""?(?<peer>[0-9A-Fa-f.:]{2,45})")]
    private static partial Regex GoBgpRestart();

    [GeneratedRegex(@"graceful restart timer expired\b.{0,100}?\bKey=""?(?<peer>[0-9A-Fa-f.:]{2,45})")]
    private static partial Regex GoBgpExpired();

    [GeneratedRegex(@"(?<peer>[0-9A-Fa-f]+[.:][0-9A-Fa-f.:]{1,43})\S{0,100} graceful restart (?:stalepath )?timer expired")]
    private static partial Regex FrrExpired();

    [GeneratedRegex(@"BGP session down\b.{0,100}?\bpeer[""=:]{1,4}(?:\[(?<peer>[0-9A-Fa-f.:]{2,45})\]|(?<peer>[\d.]{7,15})):\d{1,5}\b(?:.{0,20}?peerASN[""=:]{1,3}(?<as>\d{1,10}))?")]
    private static partial Regex MetalLbDown();

    [GeneratedRegex(@"BGP session established\b.{0,100}?\bpeer[""=:]{1,4}(?:\[(?<peer>[0-9A-Fa-f.:]{2,45})\]|(?<peer>[\d.]{7,15})):\d{1,5}\b(?:.{0,20}?peerASN[""=:]{1,3}(?<as>\d{1,10}))?")]
    private static partial Regex MetalLbUp();

    [GeneratedRegex(@"NOTIFICATION: (?<direction>sent to|received from) neighbor (?<peer>[^\s()]{2,60})(?: \((?:VRF (?<vrf>\S{1,60}) )?AS (?<as>[\d.]{1,12})\))?(?: (?:active|passive))? (?<code>\d{1,3}/\d{1,3}) \((?<reason>[^)]{1,160})\)")]
    private static partial Regex Notification();

    [GeneratedRegex(@"NOTIFICATION (?<direction>sent to|received from) (?<peer>\S{2,60}) \((?:(?:Internal|External) )?AS (?<as>[\d.]{1,12})\): code (?<code>\d{1,3}) \([^)]{1,100}\)(?: subcode \d{1,3} \([^)]{1,100}\))?(?:, Reason: (?<reason>.{1,160}))?")]
    private static partial Regex JunosNotification();

    [GeneratedRegex(@"Running \S{0,80}(?<daemon>kube-router) version (?<version>[^\s,]{1,60})")]
    private static partial Regex KubeRouterStart();

    [GeneratedRegex(@"(?<daemon>kube-router)\.go:\d{1,6}\] Shutting down the controllers")]
    private static partial Regex KubeRouterStop();

    [GeneratedRegex(@"\b(?<daemon>bgpd|zebra|ospfd|isisd) (?<version>\d[^\s]{0,60}) starting: ")]
    private static partial Regex FrrStart();

    // At its own start the watcher finds nobody.
    [GeneratedRegex(@"\b(?<daemon>bgpd|zebra|ospfd|isisd) state -> down : (?!initial connection)(?<reason>.{1,100})")]
    private static partial Regex FrrDown();

    [GeneratedRegex(@"(?:\b(?<daemon>BGP|ZEBRA|OSPF|ISIS): )?(?:\[[\w-]{1,20}\] ?){0,3}Terminating on signal")]
    private static partial Regex FrrStop();

    [GeneratedRegex(@"(?<daemon>Calico node) started successfully")]
    private static partial Regex CalicoStart();

    [GeneratedRegex(@"(?<daemon>gobgpd) started")]
    private static partial Regex GoBgpStart();

    [GeneratedRegex(@"(?<daemon>MetalLB speaker) starting")]
    private static partial Regex MetalLbStart();

    [GeneratedRegex(@"\bStarted (?:(?:frr|bird6?)\.service - )?(?<daemon>FRRouting|BIRD Internet Routing Daemon|GoBGP)\b")]
    private static partial Regex UnitStarted();

    [GeneratedRegex(@"\bStopping (?:(?:frr|bird6?)\.service - )?(?<daemon>FRRouting|BIRD Internet Routing Daemon|GoBGP)\b")]
    private static partial Regex UnitStopping();
}
