namespace Whydrop.Readers.Tests;

/// <summary>One small text of each shape of socket and connection tracking lists; made up after the tools' own formats.</summary>
internal static class SocketSamples
{
    public const string SsAll = """
        State      Recv-Q Send-Q       Local Address:Port        Peer Address:Port Process
        LISTEN     129    128              10.0.0.5:8080             0.0.0.0:*           
        ESTAB      0      36               10.0.0.5:8080            10.0.1.9:45540       
        TIME-WAIT  0      0           127.0.0.53%lo:53             127.0.0.1:45530       
        LISTEN     0      4096                    *:8081                   *:*           
        SYN-SENT   0      1       [::ffff:10.0.0.5]:40000 [::ffff:10.0.2.2]:443          
        ESTAB      0      0          [fe80::5]%eth0:41320         [fe80::9]:8081         

        """;

    public const string SsInfo6 = """
        State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process                                                      
        ESTAB      100000 1672000     10.0.0.5:8080      10.0.1.9:45540 users:(("web, (main)",pid=9,fd=8),("web",pid=10,fd=8)) timer:(persist,308ms,4) ino:391 sk:2 cgroup:/kubepods/a b <->
        	 skmem:(r102496,rb131072,t0,tb3939840,f1888,w1701952,o0,bl4096,d3) ts sack cubic wscale:10,7 rto:208 backoff:2 rtt:5.512/11.006 ato:40 mss:1398 pmtu:1450 rcvmss:536 advmss:1398 cwnd:15 ssthresh:7 bytes_sent:142848 bytes_retrans:14848 bytes_acked:128000 bytes_received:100000 segs_out:8 segs_in:8 data_segs_out:5 data_segs_in:3 send 30436328bps lastsnd:1204 lastrcv:1216 lastack:956 pacing_rate 60872648bps delivery_rate 34699216bps delivered:6 busy:1212ms rwnd_limited:1200ms(99.0%) sndbuf_limited:4ms(0.3%) unacked:2 retrans:1/11 lost:1 dsack_dups:2 reordering:10 reord_seen:4 rcv_rtt:0.021 rcv_space:65483 rcv_ssthresh:94833 notsent:1672000 minrtt:0.04 rcv_ooopack:77 snd_wnd:65536
        FIN-WAIT-2 0      0           10.0.0.5:45530     10.0.1.9:8080  timer:(timewait,58sec,0) ino:0 sk:3
        	                                                            
        ESTAB      0      0           10.0.0.5:40001     10.0.1.9:8080  timer:(keepalive,119min,0) ino:392 sk:4 cgroup:/ <->
        	 skmem:(r0,rb131072,t0,tb87040,f0,w0,o0,bl0,d0) bbr wscale:7,7 rto:204 rtt:0.5/0.25 mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:10 bytes_sent:5 bytes_acked:6 segs_out:2 segs_in:1 bbr:(bw:0bps,mrtt:0.005,pacing_gain:1,cwnd_gain:1) send 231680000bps lastsnd:8 lastrcv:12 lastack:8 pacing_rate 463360000bps delivered:1 app_limited busy:4ms rcv_space:14480 rcv_ssthresh:64088 minrtt:0.5 snd_wnd:64256

        """;

    public const string SsInfo4 = """
        State       Recv-Q Send-Q Local Address:Port                 Peer Address:Port                
        ESTAB       0      2896   10.0.0.5:http-alt             10.0.1.9:52000                 timer:(on,1.2sec,3)
        ESTAB       0      2896   10.0.0.5:8080                 10.0.1.9:45540                 timer:(on,1.2sec,3)
        	 cubic wscale:7,7 rto:1632 backoff:3 rtt:0.75/0.5 mss:1448 cwnd:1 ssthresh:2 bytes_acked:12345 bytes_received:6789 segs_out:40 segs_in:30 send 15.4Mbps lastsnd:1632 lastrcv:9000 lastack:9000 pacing_rate 30.9Mbps unacked:2 retrans:1/9 lost:2 rcv_space:29200
        LISTEN      3      128    :::8443                           :::*                  
        LISTEN      0      128    *:22                              *:*                  

        """;

    public const string SsSeveral = """
        Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port
        nl    UNCONN 4352   0                  4:96               *                  
        u_str ESTAB  0      0                  * 26134            * 26135
        udp   UNCONN 0      0            0.0.0.0:8472       0.0.0.0:*
        udp   ESTAB  0      0           10.0.0.5:39000    10.0.0.10:53
        tcp   LISTEN 0      4096            [::]:443           [::]:*    users:(("envoy",pid=31,fd=9))

        """;

    public const string SsOneState = "100 0  10.0.0.5:8080    10.0.1.9:45540\n0   0      [::1]:8081       [::1]:41320\n";

    public const string NetstatSockets = """
        Active Internet connections (servers and established)
        Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name     Timer
        tcp        1      0 127.0.0.1:8080          0.0.0.0:*               LISTEN      9/web main           off (0.00/0/0)
        tcp   100000 167200 10.0.0.5:8080           10.0.1.9:45540          ESTABLISHED 9/web main           on (0.18/3/0)
        tcp        0      0 10.0.0.5:45530          10.0.1.9:8080           FIN_WAIT2   -                    timewait (58.70/0/0)
        tcp        0      9 10.0.0.5:45554          10.0.1.9:8080           ESTABLISHED 9/web main           probe (7.66/0/2)
        tcp6       0      0 :::8081                 :::*                    LISTEN      -                    off (0.00/0/0)
        tcp6       0      0 fd00::5:8081            fd00::9:41320           CLOSE_WAIT  12/x                 off (0.00/0/0)
        udp        0      0 0.0.0.0:8472            0.0.0.0:*                           -                    off (0.00/0/0)
        raw6       0      0 :::58                   :::*                    7           865/NetworkManager   off (0.00/0/0)
        Active UNIX domain sockets (servers and established)
        Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path
        unix  2      [ ACC ]     STREAM     LISTENING     8981     1/systemd            /run/systemd/journal/stdout

        """;

    public const string ProcTcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
           0: 0100007F:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 3916256 2 000000003a62ad7f 100 0 0 10 0                   
           1: 0500000A:1F90 0901000A:B1E4 01 00198340:000186A0 04:00000010 00000000     0        5 3916261 2 00000000abcfb358 20 4 1 15 7                    
           2: 0500000A:B1DA 0901000A:1F90 06 00000000:00000000 03:000016EC 00000000     0        0 0 3 00000000599e15bc                                      
           3: 0500000A:B1E4 0901000A:1F90 01 00000000:0001F400 01:000AFBF7 00000002     0        0 3916260 2 000000001e89ab30 80 8 0 1 -1                    

        """;

    public const string ProcTcp6 = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23556 1 ffff8c7a0dee0000 100 0 0 10 0
           1: 000000FD000000000000000001000000:1F91 0000000000000000FFFF00000901000A:E700 08 00000000:00000000 00:00000000 00000000     0        0 23557 1 ffff8c7a1c76d000 20 4 30 10 -1

        """;

    public const string ProcUdp = """
           sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
        12261: 0100007F:14E9 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 3916267 2 00000000ec8f4527 41       

        """;

    public const string Conntrack = """
        udp      17 28 src=10.244.0.5 dst=10.96.0.10 sport=51365 dport=53 [UNREPLIED] src=10.244.1.7 dst=10.0.0.1 sport=53 dport=41000 mark=0 use=1
        tcp      6 431998 ESTABLISHED src=10.244.0.5 dst=10.96.0.20 sport=57980 dport=80 src=10.244.1.9 dst=10.244.0.5 sport=8080 dport=57980 [ASSURED] mark=0 use=1
        tcp      6 117 SYN_SENT src=10.244.0.5 dst=192.0.2.9 sport=57996 dport=443 packets=3 bytes=180 [UNREPLIED] src=192.0.2.9 dst=10.0.0.1 sport=443 dport=1025 packets=0 bytes=0 mark=0 zone=2 use=1
        icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1234 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=1234 mark=0 use=1
        unknown  4 599 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 use=1
        tcp      6 src=fd00::5 dst=fd00::9 sport=50012 dport=8081 src=fd00::9 dst=fd00::5 sport=8081 dport=50012 [OFFLOAD] mark=0 use=2
        conntrack v1.4.7 (conntrack-tools): 6 flow entries have been shown.

        """;

    public const string ConntrackExtended = """
        ipv4     2 tcp      6 58 CLOSE_WAIT src=10.0.0.1 dst=10.0.0.2 sport=57996 dport=8080 src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=57996 [ASSURED] mark=0 use=1 id=3182333557
        ipv6     10 tcp      6 431998 ESTABLISHED src=0000:0000:0000:0000:0000:0000:0000:0001 dst=0000:0000:0000:0000:0000:0000:0000:0001 sport=50012 dport=8081 src=0000:0000:0000:0000:0000:0000:0000:0001 dst=0000:0000:0000:0000:0000:0000:0000:0001 sport=8081 dport=50012 [ASSURED] mark=0 zone=0 use=2

        """;

    public const string ConntrackStatistics = "cpu=0   \tfound=27 invalid=71 insert=0 insert_failed=3 drop=2 early_drop=1 error=0 search_restart=5 clash_resolve=4 chaintoolong=0 \ncpu=1   \tfound=3 invalid=9 insert=0 insert_failed=4 drop=0 early_drop=0 error=0 search_restart=0 clash_resolve=1 chaintoolong=0 \n";

    public const string ConntrackStatistics14 = "cpu=0   \tsearched=12 found=27 new=1 invalid=71 ignore=6 delete=0 delete_list=0 insert=0 insert_failed=3 drop=2 early_drop=1 error=0 search_restart=5 \n";

    public const string ProcStatConntrack = """
        entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
        00000021  00000003 00000000 00000000 0000002f 0000588a 00000000 00000000 00000000 0000000a 00000000 00000000 00000000  00000000 00000000 00000000 00000000
        00000021  00000001 00000000 00000000 00000001 000056a4 00000000 00000000 00000000 00000002 00000000 00000000 00000000  00000000 00000000 00000000 00000002

        """;

    /// <summary>Reader id, name of the shape, text.</summary>
    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("ss", "-tan", SsAll), ("ss", "-tinmoep, iproute2 6", SsInfo6), ("ss", "-tulpan", SsSeveral), ("netstat-sockets", "-antupo", NetstatSockets),
        ("proc-net-tcp", "tcp", ProcTcp), ("proc-net-tcp", "tcp6", ProcTcp6), ("proc-net-tcp", "udp", ProcUdp), ("conntrack", "-L", Conntrack), ("conntrack", "-L -o extended,id and proc", ConntrackExtended),
        ("conntrack-statistics", "-S, 1.4.7", ConntrackStatistics), ("conntrack-statistics", "-S, 1.4.4", ConntrackStatistics14), ("proc-net-stat-nf-conntrack", "proc", ProcStatConntrack),
    ];
}
