namespace Whydrop.Wire.Views;

/// <summary>What set the limit a header did not fit into.</summary>
public enum WireLimit : byte
{
    /// <summary>The bytes handed in ended: the capture was cut.</summary>
    Capture,

    /// <summary>A length field of the packet itself.</summary>
    HeaderField,

    /// <summary>A version, type or magic field that names something else.</summary>
    Kind,
}
