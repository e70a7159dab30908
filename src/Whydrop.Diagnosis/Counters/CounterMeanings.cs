namespace Whydrop.Diagnosis.Counters;

/// <summary>
/// What the SNMP counters of the kernel mean (include/uapi/linux/snmp.h, Documentation/networking/snmp_counter.rst, RFC 4293, RFC 4022). The limits are shares from
/// which on TCP suffers: CUBIC and Reno halve their window at each loss, so that a loss of one in a thousand is felt on long paths and one in a hundred on any.
/// </summary>
public static class CounterMeanings
{
    private const string In = "Tcp.InSegs";
    private const string Out = "Tcp.OutSegs";
    private const string Again = "Tcp.RetransSegs";
    private const string Opened = "Tcp.ActiveOpens";
    private const string Accepted = "Tcp.PassiveOpens";
    private const string Received = "Ip.InReceives";
    private const string Sent = "Ip.OutRequests";
    private const string Forged = "segments that no honest end sends: look at their TTL";

    /// <summary>Every counter on record.</summary>
    public static IReadOnlyList<CounterMeaning> All { get; } =
    [
        // Segments
        Volume(In, "TCP segments received, damaged ones too"),
        Volume(Out, "TCP segments sent, without pure retransmissions"),
        Rate(Again, 0.001, 0.01, "segments sent again, SYNs and probes of the tail included", "loss, or acknowledgments that came late", Out),
        Zero("Tcp.InErrs", "segments with a wrong checksum or header", "payload or headers are damaged on the way", In),
        Zero("Tcp.InCsumErrors", "segments with a wrong TCP checksum", "damage on the way, or a broken checksum offload of a tunnel", In),
        Watch("Tcp.OutRsts", "RSTs sent", "connections refused or torn down from here"),
        Volume("Tcp.CurrEstab", "connections established right now"),
        Volume(Opened, "connections opened from here"),
        Volume(Accepted, "connections taken here"),
        Rate("Tcp.AttemptFails", 0.01, 0.05, "openings that failed", "refused, or not answered", Opened, Accepted),
        Rate("Tcp.EstabResets", 0.02, 0.2, "established connections that ended by a RST, of either end", "programs that abort, or boxes that forgot the connection", Opened, Accepted),

        // Receive queue
        Zero("TcpExt.PruneCalled", "a receive queue was over its buffer and had to be compacted or thinned out (\"packets pruned from receive queue because of socket buffer overrun\")", "data arrives faster than the program reads it", In),
        Zero("TcpExt.RcvPruned", "segments dropped because compacting the receive queue did not make room", "data that had arrived was thrown away: the sender takes it for loss in the network", In),
        Zero("TcpExt.OfoPruned", "out-of-order queues thrown away for room", "data that was acknowledged by SACK must be sent again", In),
        Zero("TcpExt.TCPRcvCollapsed", "segments squeezed together in the receive queue to save memory", "the receive queue is near its limit: CPU time and latency, no loss yet", In),
        Zero("TcpExt.TCPRcvQDrop", "segments in order that were dropped: receive buffer full", "data that had arrived was thrown away: the sender takes it for loss in the network", In),
        Zero("TcpExt.TCPOFODrop", "segments out of order that were dropped: receive buffer full", "data that had arrived was thrown away", In),
        Zero("TcpExt.BeyondWindow", "segments that end beyond the window", "the window was taken back, or the sender ignores it", In),
        Zero("TcpExt.TCPZeroWindowDrop", "segments dropped because the window was closed", "the window was closed after they were sent", In),
        Zero("TcpExt.TCPBacklogDrop", "segments dropped because their socket was held by its program and its backlog was full", "a program keeps its socket locked too long", In),
        Watch("TcpExt.TCPToZeroWindowAdv", "windows closed to 0", "a program here stopped reading: flow control works, and the sender waits"),
        Volume("TcpExt.TCPFromZeroWindowAdv", "windows opened again from 0"),
        Watch("TcpExt.TCPWantZeroWindowAdv", "windows that should have been 0 and could not be taken back", "receive memory is short"),
        Volume("TcpExt.TCPWinProbe", "probes of a closed window: the peer does not read"),
        Volume("TcpExt.TCPRcvCoalesce", "segments joined to the one before them in the receive queue"),
        Volume("TcpExt.TCPBacklogCoalesce", "segments joined in the backlog of a busy socket"),

        // Memory
        Zero("TcpExt.TCPMemoryPressures", "times TCP of the whole machine ran short of memory", "net.ipv4.tcp_mem was reached: windows shrink everywhere"),
        Zero("TcpExt.TCPMemoryPressuresChrono", "milliseconds TCP was short of memory", "net.ipv4.tcp_mem was reached"),
        Zero("TcpExt.TCPAbortOnMemory", "connections given up for want of memory", "net.ipv4.tcp_mem or tcp_max_orphans was reached"),
        Zero("TcpExt.TCPAbortFailed", "RSTs that could not be sent for want of memory", "memory is short"),
        Zero("TcpExt.PFMemallocDrop", "packets dropped that lay in the kernel's last reserve of memory", "the machine was about to run out of memory"),
        Zero("TcpExt.TCPWqueueTooBig", "writes refused because the send queue has too many pieces", "programs see ENOMEM"),

        // Recovery
        Volume("TcpExt.TCPOrigDataSent", "segments with data sent for the first time"),
        Volume("TcpExt.TCPDelivered", "segments that the peer confirmed"),
        Share("TcpExt.TCPFastRetrans", "retransmissions after duplicate acknowledgments: single losses among delivered segments", Again),
        Share("TcpExt.TCPSlowStartRetrans", "retransmissions while starting again after a time-out", Again),
        Rate("TcpExt.TCPTimeouts", 0.5, null, "retransmission timers that fired", "most is repaired by the timer: blackouts, lost tails or unanswered SYNs rather than single losses", Again),
        Rate("TcpExt.TCPLostRetransmit", 0.05, null, "retransmissions that were lost themselves", "bursts of loss, a policer, or a size that never passes", Again),
        Rate("TcpExt.TCPDSACKRecvSegs", 0.3, null, "segments that the peer had twice", "these were sent again for nothing: delay or reordering, no loss", Again),
        Rate("TcpExt.TCPDSACKRecv", 0.3, null, "reports of the peer that it had something twice", "sent again for nothing: delay or reordering, no loss", Again),
        Watch("TcpExt.TCPDSACKOldSent", "duplicates that came in and were reported", "the peer sends again what had arrived: acknowledgments are lost or late"),
        Watch("TcpExt.TCPDSACKOfoSent", "duplicates among out-of-order data", "the peer or the network sends twice"),
        Rate("TcpExt.TCPSpuriousRTOs", 0.1, null, "time-outs that turned out needless", "the round trip jumps: queues, or CPUs that stand still", "TcpExt.TCPTimeouts"),
        Volume("TcpExt.TCPLossProbes", "probes of the tail (RFC 8985 TLP)"),
        Volume("TcpExt.TCPLossProbeRecovery", "losses repaired by a probe of the tail"),
        Volume("TcpExt.TCPSackRecovery", "episodes of loss repaired with SACK"),
        Watch("TcpExt.TCPRenoRecovery", "episodes of loss repaired without SACK", "SACK is missing: an old peer, or a box that strips options"),
        Watch("TcpExt.TCPSackRecoveryFail", "repairs by SACK that ended in a time-out", "loss in bursts"),
        Watch("TcpExt.TCPSackFailures", "time-outs during a repair by SACK", "loss in bursts"),
        Watch("TcpExt.TCPRenoFailures", "time-outs during a repair without SACK", "loss in bursts"),
        Watch("TcpExt.TCPLossFailures", "time-outs one after another", "nothing got through for longer than one timer"),
        Zero("TcpExt.TCPSACKReneging", "peers that threw away what they had confirmed by SACK", "the peer's receive queue overruns", Out),
        Zero("TcpExt.TCPSACKDiscard", "SACK blocks that make no sense", "a firewall rewrites sequence numbers and not SACK", In),
        Watch("TcpExt.TCPRetransFail", "retransmissions that could not be sent from here", "queue, route or memory of this host"),
        Watch("TcpExt.TCPSpuriousRtxHostQueues", "retransmissions held back: the first copy was still in this host's queue", "a local queue or driver stands still"),
        Rate("TcpExt.TCPSACKReorder", 0.01, null, "times reordering was found by SACK", "packets overtake each other", "TcpExt.TCPOrigDataSent"),
        Rate("TcpExt.TCPTSReorder", 0.01, null, "times reordering was found by time stamps", "packets overtake each other", "TcpExt.TCPOrigDataSent"),
        Rate("TcpExt.TCPOFOQueue", 0.01, null, "segments that came out of order", "loss or reordering before this host", In),
        Volume("TcpExt.TCPOFOMerge", "out-of-order segments that overlapped others"),
        Volume("TcpExt.TCPFullUndo", "slow-downs taken back as needless"),
        Volume("TcpExt.TCPPartialUndo", "slow-downs taken back in part"),
        Volume("TcpExt.TCPDSACKUndo", "slow-downs taken back after a report of duplicates"),
        Volume("TcpExt.TCPLossUndo", "slow-downs of a time-out taken back"),
        Volume("TcpExt.TCPSackShifted", "bookkeeping of SACK"),
        Volume("TcpExt.TCPSackMerged", "bookkeeping of SACK"),
        Volume("TcpExt.TCPSackShiftFallback", "bookkeeping of SACK"),
        Watch("TcpExt.TCPAbortOnTimeout", "connections given up after the last retransmission or keep-alive", "the peer went silent"),
        Watch("TcpExt.TCPAbortOnData", "connections reset with data pending, or by SO_LINGER 0", "programs abort connections"),
        Watch("TcpExt.TCPAbortOnClose", "connections closed with data unread", "programs close before they have read all"),
        Watch("TcpExt.TCPAbortOnLinger", "connections given up in FIN-WAIT-2", "peers do not close"),
        Volume("TcpExt.TCPKeepAlive", "keep-alive probes sent"),

        // Openings
        Rate("TcpExt.TCPSynRetrans", 0.005, 0.05, "SYNs and SYN-ACKs sent again", "openings wait a second or more: a full accept queue, a filter, or no port left for translation", Opened, Accepted),
        Zero("TcpExt.ListenOverflows", "SYNs and final ACKs dropped: accept queue full", "a listener takes its connections too slowly, or its backlog is too short", Accepted),
        Zero("TcpExt.ListenDrops", "openings dropped at a listener, for whatever reason", "clients wait a second or more", Accepted),
        Zero("TcpExt.TCPReqQFullDrop", "SYNs dropped: queue of half-open connections full", "clients wait a second or more", Accepted),
        Watch("TcpExt.TCPReqQFullDoCookies", "SYNs answered by a cookie: queue of half-open connections full", "a flood, or a backlog that is too short"),
        Watch("TcpExt.SyncookiesSent", "SYN cookies sent", "a flood, or a backlog that is too short; options are lost"),
        Volume("TcpExt.SyncookiesRecv", "SYN cookies that came back"),
        Watch("TcpExt.SyncookiesFailed", "ACKs that are no valid SYN cookie", "stray segments of connections that nobody knows"),
        Watch("TcpExt.EmbryonicRsts", "half-open connections reset by their client", "clients give up, or scan"),
        Watch("TcpExt.TCPDeferAcceptDrop", "bare ACKs held back by TCP_DEFER_ACCEPT", "harmless by itself"),
        Volume("TcpExt.TW", "TIME-WAIT that ended in time"),
        Volume("TcpExt.TWRecycled", "TIME-WAIT taken over by a new connection"),
        Watch("TcpExt.TWKilled", "TIME-WAIT ended early", "more of them than tcp_max_tw_buckets"),
        Zero("TcpExt.TCPTimeWaitOverflow", "TIME-WAIT not kept: net.ipv4.tcp_max_tw_buckets reached", "late segments of old connections are answered by RST", Opened, Accepted),
        Watch("TcpExt.PAWSActive", "answers to a SYN refused for their time stamp", "several hosts behind one address, or a clock of theirs that jumped"),
        Watch("TcpExt.PAWSEstab", "segments refused for an old time stamp", "old duplicates, or several hosts behind one address"),
        Zero("TcpExt.PAWSPassive", "SYNs dropped for their time stamp (tcp_tw_recycle, until 4.11)", "clients behind NAT are refused", Accepted),
        Watch("TcpExt.PAWSTimewait", "segments refused in TIME-WAIT for their time stamp", "ports are used again too soon"),
        Volume("TcpExt.PAWSOldAck", "old acknowledgments out of order: harmless"),
        Watch("TcpExt.TSEcrRejected", "echoes of a time stamp that was never sent", Forged),
        Watch("TcpExt.TCPChallengeACK", "challenge ACKs sent (RFC 5961)", Forged),
        Watch("TcpExt.TCPSYNChallenge", "SYNs within an open connection", "ports are used again while this end still holds the old connection"),

        // Acknowledgments and the fast path
        Volume("TcpExt.DelayedACKs", "acknowledgments that waited for their timer"),
        Watch("TcpExt.DelayedACKLocked", "delayed acknowledgments that had to wait for a locked socket", "a program or its CPU was held up"),
        Watch("TcpExt.DelayedACKLost", "duplicates came in, so that acknowledgments are sent at once (\"Quick ack mode\")", "the peer sends again what had arrived"),
        Volume("TcpExt.TCPHPHits", "segments with data that took the fast path"),
        Volume("TcpExt.TCPPureAcks", "acknowledgments without data"),
        Volume("TcpExt.TCPHPAcks", "acknowledgments that took the fast path"),
        Volume("TcpExt.TCPAutoCorking", "small writes sent together"),
        Volume("TcpExt.TCPAckCompressed", "acknowledgments of out-of-order data sent together"),
        Volume("TcpExt.TCPHystartTrainDetect", "slow start left because acknowledgments spread"),
        Volume("TcpExt.TCPHystartTrainCwnd", "sum of the windows at that moment"),
        Volume("TcpExt.TCPHystartDelayDetect", "slow start left because the round trip grew"),
        Volume("TcpExt.TCPHystartDelayCwnd", "sum of the windows at that moment"),
        Volume("TcpExt.TCPDeliveredCE", "confirmed segments that met a congestion mark"),
        Watch("TcpExt.TcpTimeoutRehash", "connections that chose another path after a time-out", "paths die, or time-outs are many"),
        Watch("TcpExt.TcpDuplicateDataRehash", "connections that chose another path after duplicates", "the way of the acknowledgments is bad"),
        Watch("TcpExt.TCPMTUPFail", "probes of the path MTU that failed", "the path is narrower than the device"),
        Volume("TcpExt.TCPMTUPSuccess", "probes of the path MTU that passed"),
        Watch("TcpExt.OutOfWindowIcmps", "ICMP errors ignored: they quote a segment outside the window", "a real \"fragmentation needed\" may be among them"),
        Watch("TcpExt.LockDroppedIcmps", "ICMP errors ignored: the socket was busy", "a real \"fragmentation needed\" may be among them"),
        Zero("TcpExt.IPReversePathFilter", "packets dropped by rp_filter", "the way back is another device: packets are lost here", Received),
        Zero("TcpExt.TCPMinTTLDrop", "segments with too small a TTL for their socket", "a BGP or other guarded session is refused", In),
        Zero("TcpExt.TCPMD5NotFound", "segments without the MD5 signature that was expected", "keys differ", In),
        Zero("TcpExt.TCPMD5Unexpected", "segments with an MD5 signature that was not expected", "keys differ", In),
        Zero("TcpExt.TCPMD5Failure", "segments with a wrong MD5 signature", "keys differ, or a box rewrites", In),

        // IP
        Volume(Received, "datagrams received"),
        Volume("Ip.InDelivers", "datagrams given to TCP, UDP, ICMP …"),
        Volume(Sent, "datagrams sent from here"),
        Volume("Ip.ForwDatagrams", "datagrams routed on; what a filter or the device drops afterwards is counted all the same"),
        Volume("Ip.OutTransmits", "datagrams given to a device"),
        Zero("Ip.InHdrErrors", "bad headers, and TTLs that ran out on the way through", "with time exceeded sent: a routing loop", Received),
        Watch("Ip.InAddrErrors", "datagrams for addresses that are not here and are not routed on", "ip_forward is 0, or they come to the wrong host"),
        Watch("Ip.InUnknownProtos", "datagrams of a protocol that nobody here takes", "a tunnel is not set up here"),
        Watch("Ip.InDiscards", "datagrams discarded on the way in", "memory is short, or a policy refuses them (Windows counts its firewall's here)"),
        Zero("Ip.OutDiscards", "datagrams discarded on the way out", "a rule of the OUTPUT chain, a full queue", Sent),
        Zero("Ip.OutNoRoutes", "datagrams of this host without a route", "a route is missing", Sent),
        Zero("Ip.ReasmTimeout", "fragments whose others never came", "fragments are lost", "Ip.ReasmReqds"),
        Watch("Ip.ReasmReqds", "fragments that came in", "something on the way is narrower than the senders think"),
        Volume("Ip.ReasmOKs", "datagrams put together from fragments"),
        Rate("Ip.ReasmFails", 0.001, 0.01, "datagrams that could not be put together", "fragments are lost, or memory for them is short", "Ip.ReasmReqds"),
        Watch("Ip.FragOKs", "datagrams cut into fragments", "a device is narrower than the senders think"),
        Zero("Ip.FragFails", "datagrams that were too large and could not be cut (DF)", "a device is narrower than the senders think; few are path MTU discovery at work, a steady stream is a black hole"),
        Volume("Ip.FragCreates", "fragments made"),
        Volume("Ip.Forwarding", "1: routes, 2: host only"),
        Volume("Ip.DefaultTTL", "TTL that datagrams start with"),
        Zero("IpExt.InNoRoutes", "datagrams to be routed on without a route", "each is lost: a route is missing", Received),
        Zero("IpExt.InTruncatedPkts", "datagrams shorter than they say", "damage on the way", Received),
        Zero("IpExt.InCsumErrors", "wrong IP header checksums", "damage on the way", Received),
        Volume("IpExt.InOctets", "bytes received"),
        Volume("IpExt.OutOctets", "bytes sent"),
        Volume("IpExt.InMcastPkts", "multicast received"),
        Volume("IpExt.OutMcastPkts", "multicast sent"),
        Volume("IpExt.InBcastPkts", "broadcast received"),
        Volume("IpExt.OutBcastPkts", "broadcast sent"),
        Volume("IpExt.InMcastOctets", "bytes of multicast received"),
        Volume("IpExt.OutMcastOctets", "bytes of multicast sent"),
        Volume("IpExt.InBcastOctets", "bytes of broadcast received"),
        Volume("IpExt.OutBcastOctets", "bytes of broadcast sent"),
        Volume("IpExt.InNoECTPkts", "datagrams whose sender does not take congestion marks"),
        Volume("IpExt.InECT0Pkts", "datagrams whose sender takes congestion marks"),
        Volume("IpExt.InECT1Pkts", "datagrams whose sender takes scalable congestion marks (L4S)"),
        Rate("IpExt.InCEPkts", 0.01, null, "datagrams with a congestion mark", "a queue on the way is full", "IpExt.InECT0Pkts", "IpExt.InECT1Pkts"),
        Watch("Ip6.InTooBigErrors", "datagrams too large for the next device", "path MTU discovery at work, or a black hole when the senders are not told"),
        Zero("Ip6.InNoRoutes", "datagrams without a route", "a route is missing", "Ip6.InReceives"),

        // ICMP
        Volume("Icmp.InMsgs", "ICMP messages received"),
        Volume("Icmp.OutMsgs", "ICMP messages sent"),
        Watch("Icmp.InErrors", "ICMP messages that could not be used", "errors that quote unknown connections"),
        Watch("Icmp.InDestUnreachs", "\"destination unreachable\" received, \"fragmentation needed\" among them", "the code says which: capture one"),
        Watch("Icmp.InTimeExcds", "\"time exceeded\" received", "a routing loop, or fragments lost at the peer"),
        Watch("Icmp.OutDestUnreachs", "\"destination unreachable\" sent", "no route, no neighbour, no socket, or too large"),
        Watch("Icmp.OutTimeExcds", "\"time exceeded\" sent", "a routing loop goes through here"),
        Watch("Icmp.InRedirects", "redirects received", "two routers on one segment"),
        Watch("Icmp.OutRedirects", "redirects sent", "two routers on one segment"),
        Watch("Icmp.OutRateLimitGlobal", "ICMP errors not sent: rate limit of the host", "that no ICMP came proves nothing"),
        Watch("Icmp.OutRateLimitHost", "ICMP errors not sent: rate limit towards one host", "that no ICMP came proves nothing"),
        Volume("Icmp.InEchos", "pings received"),
        Volume("Icmp.InEchoReps", "answers to pings received"),
        Volume("Icmp.OutEchos", "pings sent"),
        Volume("Icmp.OutEchoReps", "answers to pings sent"),

        // UDP
        Volume("Udp.InDatagrams", "datagrams given to programs and tunnels"),
        Volume("Udp.OutDatagrams", "datagrams sent"),
        Watch("Udp.NoPorts", "datagrams for a port where nobody listens", "a tunnel that is not set up, or answers that came too late"),
        Zero("Udp.InErrors", "datagrams not delivered", "receive buffers or checksums", "Udp.InDatagrams"),
        Zero("Udp.RcvbufErrors", "datagrams dropped: receive buffer of the program full", "a program reads too slowly (name server, statistics)", "Udp.InDatagrams"),
        Zero("Udp.SndbufErrors", "datagrams not sent: send buffer full", "the way out is jammed", "Udp.OutDatagrams"),
        Zero("Udp.InCsumErrors", "wrong UDP checksums", "damage on the way", "Udp.InDatagrams"),
        Zero("Udp.MemErrors", "datagrams dropped: memory of all UDP sockets used up", "net.ipv4.udp_mem was reached", "Udp.InDatagrams"),

        // Connection tracking
        Volume("Conntrack.Found", "packets whose connection was found"),
        Watch("Conntrack.Invalid", "packets that fit no connection", "late or one-sided packets; rules that drop INVALID lose them"),
        Zero("Conntrack.InsertFailed", "connections that could not be entered in the table", "two packets raced, or no port is left for translation: the first packet is lost"),
        Zero("Conntrack.Drop", "packets dropped by connection tracking", "the table is full, or entering failed"),
        Zero("Conntrack.EarlyDrop", "connections thrown out to make room", "the table is full"),
    ];

    private static Dictionary<string, CounterMeaning> ByName { get; } = All.ToDictionary(m => m.Name, StringComparer.Ordinal);

    /// <summary>The meaning of a counter; that of its IPv4 twin for one of IPv6. Null when none is on record.</summary>
    public static CounterMeaning? Find(string name)
    {
        if (ByName.TryGetValue(name, out var found))
        {
            return found;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 1 && name[dot - 1] == '6' && ByName.TryGetValue(string.Concat(name.AsSpan(0, dot - 1), name.AsSpan(dot)), out var twin)
            ? twin with { Name = name, Of = [.. twin.Of.Select(Sixth)] }
            : null;
    }

    private static string Sixth(string name) => name.Replace(".", "6.", StringComparison.Ordinal);

    private static CounterMeaning Volume(string name, string meaning) => new(name, meaning) { IsVolume = true };

    private static CounterMeaning Share(string name, string meaning, params IReadOnlyList<string> of) => new(name, meaning) { IsVolume = true, Of = of };

    private static CounterMeaning Zero(string name, string meaning, string otherwise, params IReadOnlyList<string> of) => new(name, meaning) { Otherwise = otherwise, BadFrom = 0, Of = of };

    private static CounterMeaning Watch(string name, string meaning, string otherwise) => new(name, meaning) { Otherwise = otherwise };

    private static CounterMeaning Rate(string name, double look, double? bad, string meaning, string otherwise, params IReadOnlyList<string> of) =>
        new(name, meaning) { Otherwise = otherwise, LookFrom = look, BadFrom = bad, Of = of };
}
