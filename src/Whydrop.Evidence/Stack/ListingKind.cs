namespace Whydrop.Evidence.Stack;

/// <summary>What a <see cref="Listing"/> is complete in.</summary>
public enum ListingKind
{
    /// <summary>TCP sockets that listen.</summary>
    Listeners,

    /// <summary>TCP sockets of connections, whatever their state.</summary>
    Connections,

    /// <summary>Network devices.</summary>
    Devices,
}
