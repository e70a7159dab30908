namespace Whydrop.Wire;

/// <summary>What the transport checksum of a captured datagram says.</summary>
public enum ChecksumState : byte
{
    /// <summary>It cannot be computed: bytes are missing (snap length, fragment), the final destination is hidden by a routing header, or there is no such checksum.</summary>
    Unknown,

    /// <summary>Right.</summary>
    Valid,

    /// <summary>Only the sum of the pseudo-header stands there: the sender left the rest to its hardware; the wire is expected to carry the right one.</summary>
    PseudoHeaderOnly,

    /// <summary>UDP without a checksum (zero field).</summary>
    Absent,

    /// <summary>Wrong.</summary>
    Invalid,
}
