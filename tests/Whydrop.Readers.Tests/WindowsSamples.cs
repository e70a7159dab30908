namespace Whydrop.Readers.Tests;

/// <summary>Texts in the shapes that Windows prints, with figures of our own.</summary>
internal static class WindowsSamples
{
    public const string Statistics = """

        IPv4 Statistics

          Packets Received                   = 500123
          Received Header Errors             = 0
          Received Address Errors            = 7
          Datagrams Forwarded                = 0
          Unknown Protocols Received         = 0
          Received Packets Discarded         = 12
          Received Packets Delivered         = 500104
          Output Requests                    = 410001
          Routing Discards                   = 0
          Discarded Output Packets           = 3
          Output Packet No Route             = 1
          Reassembly Required                = 4
          Reassembly Successful              = 2
          Reassembly Failures                = 0
          Datagrams Successfully Fragmented  = 0
          Datagrams Failing Fragmentation    = 5
          Fragments Created                  = 0

        ICMPv4 Statistics

                                    Received    Sent
          Messages                  340         368
          Errors                    0           0
          Destination Unreachable   33          44
          Time Exceeded             1           0
          Echo Replies              0           9
          Echos                     9           0

        TCP Statistics for IPv4

          Active Opens                        = 6043
          Passive Opens                       = 512
          Failed Connection Attempts          = 31
          Reset Connections                   = 88
          Current Connections                 = 21
          Segments Received                   = 480001
          Segments Sent                       = 400002
          Segments Retransmitted              = 57

        TCP Statistics for IPv6

          Active Opens                        = 11
          Passive Opens                       = 12
          Failed Connection Attempts          = 1
          Reset Connections                   = 2
          Current Connections                 = 3
          Segments Received                   = 1004
          Segments Sent                       = 1005
          Segments Retransmitted              = 6

        UDP Statistics for IPv4

          Datagrams Received    = 9001
          No Ports              = 17
          Receive Errors        = 2
          Datagrams Sent        = 8002

        """;

    public const string TcpSettings = """

        SettingName                     : Datacenter
        MinRto(ms)                      : 60
        InitialCongestionWindow(MSS)    : 10
        CongestionProvider              : DCTCP
        CwndRestart                     : True
        Timestamps                      : Disabled
        DynamicPortRangeStartPort       : 49152
        DynamicPortRangeNumberOfPorts   : 16384

        SettingName                     : Internet
        MinRto(ms)                      : 300
        InitialCongestionWindow(MSS)    : 10
        CongestionProvider              : CUBIC
        CwndRestart                     : False
        DelayedAckTimeout(ms)           : 40
        MemoryPressureProtection        : Enabled
        AutoTuningLevelLocal            : Normal
        AutoTuningLevelGroupPolicy      : NotConfigured
        AutoTuningLevelEffective        : Local
        EcnCapability                   : Disabled
        Timestamps                      : Disabled
        InitialRto(ms)                  : 1000
        ScalingHeuristics               : Disabled
        DynamicPortRangeStartPort       : 49152
        DynamicPortRangeNumberOfPorts   : 16384
        MaxSynRetransmissions           : 4

        """;

    /// <summary>The properties of Windows Server 2012, without those that came later (DelayedAckFrequency, MaxSynRetransmissions, …), and its templates: "Automatic" has no values of its own.</summary>
    public const string TcpSettings2012 = """

        SettingName                   : Automatic
        MinRto(ms)                    :
        InitialCongestionWindow(MSS)  :
        CongestionProvider            :
        CwndRestart                   :
        DelayedAckTimeout(ms)         :
        MemoryPressureProtection      :
        AutoTuningLevelLocal          :
        AutoTuningLevelGroupPolicy    :
        AutoTuningLevelEffective      :
        EcnCapability                 :
        Timestamps                    :
        InitialRto(ms)                :
        ScalingHeuristics             :
        DynamicPortRangeStartPort     :
        DynamicPortRangeNumberOfPorts :

        SettingName                   : Custom
        MinRto(ms)                    : 20
        CongestionProvider            : DCTCP
        DelayedAckTimeout(ms)         : 10
        EcnCapability                 : Enabled
        DynamicPortRangeStartPort     : 1025
        DynamicPortRangeNumberOfPorts : 60000

        SettingName                   : Internet
        MinRto(ms)                    : 300
        InitialCongestionWindow(MSS)  : 4
        CongestionProvider            : CTCP
        CwndRestart                   : False
        DelayedAckTimeout(ms)         : 50
        MemoryPressureProtection      : Disabled
        AutoTuningLevelLocal          : HighlyRestricted
        AutoTuningLevelGroupPolicy    : NotConfigured
        AutoTuningLevelEffective      : Local
        EcnCapability                 : Enabled
        Timestamps                    : Enabled
        InitialRto(ms)                : 3000
        ScalingHeuristics             : Enabled
        DynamicPortRangeStartPort     : 10000
        DynamicPortRangeNumberOfPorts : 1000

        """;

    public const string TcpGlobal = """
        Querying active state...

        TCP Global Parameters
        ----------------------------------------------
        Receive-Side Scaling State          : enabled
        Receive Window Auto-Tuning Level    : normal
        Add-On Congestion Control Provider  : default
        ECN Capability                      : disabled
        RFC 1323 Timestamps                 : allowed
        Initial RTO                         : 1000
        Receive Segment Coalescing State    : enabled
        Non Sack Rtt Resiliency             : disabled
        Max SYN Retransmissions             : 4
        Fast Open                           : enabled
        HyStart                             : enabled
        Pacing Profile                      : off

        """;

    public const string TcpGlobal2012 = """
        TCP Global Parameters
        ----------------------------------------------
        Receive-Side Scaling State          : enabled
        Chimney Offload State               : disabled
        NetDMA State                        : disabled
        Direct Cache Access (DCA)           : disabled
        Receive Window Auto-Tuning Level    : disabled
        Add-On Congestion Control Provider  : ctcp
        ECN Capability                      : enabled
        RFC 1323 Timestamps                 : enabled
        Initial RTO                         : 3000
        Max SYN Retransmissions             : 2

        """;
}
