namespace Whydrop.Tcp;

/// <summary>How far a connection came, as far as was seen.</summary>
public enum FlowState
{
    /// <summary>Nothing but SYNs from the client.</summary>
    SynOnly,

    /// <summary>Open, or its end was not seen.</summary>
    Established,

    /// <summary>Both ends sent a FIN.</summary>
    Closed,

    /// <summary>An end sent a RST.</summary>
    Reset,
}
