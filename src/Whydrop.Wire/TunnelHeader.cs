namespace Whydrop.Wire;

/// <summary>One encapsulation.</summary>
public struct TunnelHeader
{
    /// <summary>What wraps the next IP header.</summary>
    public TunnelKind Kind;

    /// <summary>Start of the outer IP header of this encapsulation.</summary>
    public int OuterIpOffset;

    /// <summary>VNI or GRE key; 0 when none.</summary>
    public uint Identifier;
}
