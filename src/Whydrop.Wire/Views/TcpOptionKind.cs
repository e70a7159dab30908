namespace Whydrop.Wire.Views;

/// <summary>TCP option kinds (IANA TCP Parameters).</summary>
public enum TcpOptionKind : byte
{
    /// <summary>End of option list.</summary>
    EndOfOptionList = 0,

    /// <summary>No-operation.</summary>
    NoOperation = 1,

    /// <summary>Maximum segment size (RFC 9293).</summary>
    MaximumSegmentSize = 2,

    /// <summary>Window scale (RFC 7323).</summary>
    WindowScale = 3,

    /// <summary>SACK permitted (RFC 2018).</summary>
    SackPermitted = 4,

    /// <summary>SACK (RFC 2018).</summary>
    Sack = 5,

    /// <summary>Timestamps (RFC 7323).</summary>
    Timestamps = 8,

    /// <summary>MD5 signature (RFC 2385).</summary>
    Md5Signature = 19,

    /// <summary>User timeout (RFC 5482).</summary>
    UserTimeout = 28,

    /// <summary>TCP authentication option (RFC 5925).</summary>
    AuthenticationOption = 29,

    /// <summary>Multipath TCP (RFC 8684).</summary>
    MultipathTcp = 30,

    /// <summary>Fast open cookie (RFC 7413).</summary>
    FastOpenCookie = 34,

    /// <summary>Accurate ECN order 0 (RFC 9768).</summary>
    AccurateEcn0 = 172,

    /// <summary>Accurate ECN order 1 (RFC 9768).</summary>
    AccurateEcn1 = 174,

    /// <summary>Shared experimental option 1 (RFC 6994).</summary>
    Experiment1 = 253,

    /// <summary>Shared experimental option 2 (RFC 6994).</summary>
    Experiment2 = 254,
}
