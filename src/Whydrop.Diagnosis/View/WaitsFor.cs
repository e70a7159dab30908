namespace Whydrop.Diagnosis.View;

/// <summary>Whom a silent connection waits for.</summary>
internal enum WaitsFor
{
    /// <summary>Bytes of the client are not acknowledged: the network, or the server's kernel.</summary>
    ServerAcknowledgment,

    /// <summary>Bytes of the server are not acknowledged: the network, or the client's kernel.</summary>
    ClientAcknowledgment,

    /// <summary>The server offers no window: its application does not read.</summary>
    ServerWindow,

    /// <summary>The client offers no window: its application does not read.</summary>
    ClientWindow,

    /// <summary>All is acknowledged, and it is the server's application that spoke next, or whose turn it is.</summary>
    ServerApplication,

    /// <summary>All is acknowledged, and it is the client's application that spoke next, or whose turn it is: an idle connection.</summary>
    ClientApplication,

    /// <summary>The opening is not complete.</summary>
    Handshake,
}
