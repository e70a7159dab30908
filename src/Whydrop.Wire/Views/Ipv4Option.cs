namespace Whydrop.Wire.Views;

/// <summary>One IPv4 option (RFC 791, 3.1).</summary>
public readonly ref struct Ipv4Option
{
    internal Ipv4Option(byte type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    /// <summary>Option type: copied flag, class and number (7 record route, 68 timestamp, 131 and 137 source route, 148 router alert).</summary>
    public byte Type { get; }

    /// <summary>Bytes behind type and length.</summary>
    public ReadOnlySpan<byte> Value { get; }
}
