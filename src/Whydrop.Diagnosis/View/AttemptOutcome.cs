namespace Whydrop.Diagnosis.View;

/// <summary>What came of an attempt to open a connection.</summary>
internal enum AttemptOutcome
{
    /// <summary>It was opened, at once or after repetitions.</summary>
    Established,

    /// <summary>A RST answered the SYN.</summary>
    Refused,

    /// <summary>An ICMP error answered the SYN, and nothing else did.</summary>
    IcmpError,

    /// <summary>Nothing answered the SYN while somebody watched.</summary>
    Unanswered,

    /// <summary>The server answered and the opening was never completed: its SYN-ACK did not arrive, or it did not take the answer to it.</summary>
    HalfOpen,

    /// <summary>The client answered the SYN-ACK with a RST: it knows of no such attempt (or only looked whether the port is open).</summary>
    ResetByClient,

    /// <summary>Not decided by what was seen: the capture ended too soon, or shows one direction only.</summary>
    Unknown,
}
