namespace Whydrop.Wire.Views;

/// <summary>Why a header could not be read.</summary>
/// <param name="Layer">The header.</param>
/// <param name="Needed">Bytes it needs; for <see cref="WireLimit.Kind"/> the value that was expected.</param>
/// <param name="Had">Bytes there were; for <see cref="WireLimit.Kind"/> the value that was found.</param>
/// <param name="Limit">What set the limit.</param>
public readonly record struct WireError(WireLayer Layer, int Needed, int Had, WireLimit Limit)
{
    /// <summary>The same error judged by what the enclosing layer held on the wire: when even that was too little, a header field is to blame and not the capture.</summary>
    /// <param name="wireLength">Bytes of the enclosing payload on the wire.</param>
    public WireError Within(int wireLength) =>
        Limit == WireLimit.Capture && Needed > wireLength ? this with { Had = wireLength, Limit = WireLimit.HeaderField } : this;

    /// <summary>One line: layer, needed, had, and the cause.</summary>
    public override string ToString() => Limit switch
    {
        WireLimit.Capture => $"{Layer}: needs {Needed} bytes, the capture has {Had}",
        WireLimit.HeaderField => $"{Layer}: needs {Needed} bytes, a length field leaves {Had}",
        _ => $"{Layer}: expected {Needed}, found {Had}",
    };

    internal static WireError Cut(WireLayer layer, int needed, int had) => new(layer, needed, had, WireLimit.Capture);

    internal static WireError Field(WireLayer layer, int needed, int had) => new(layer, needed, had, WireLimit.HeaderField);

    internal static WireError OtherKind(WireLayer layer, int expected, int found) => new(layer, expected, found, WireLimit.Kind);
}
