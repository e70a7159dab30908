using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>What other connections between the same two tell of the path of one.</summary>
internal sealed class SamePair(CaseView view)
{
    private readonly ILookup<(int Capture, string? Encapsulation, IPAddress Client, IPAddress Server, bool FromClient), TcpFlow> largestFirst =
        view.Facts.Of<TcpFlow>().SelectMany(f => new[] { (Flow: f, FromClient: true), (Flow: f, FromClient: false) }).OrderByDescending(s => Largest(s.Flow, s.FromClient))
            .ToLookup(s => (s.Flow.Capture, s.Flow.Encapsulation, s.Flow.Client.Address, s.Flow.Server.Address, s.FromClient), s => s.Flow);

    private readonly ILookup<(int Capture, IPAddress Client, IPEndPoint Server), TcpFlow> newestFirst =
        view.Facts.Of<TcpFlow>().Where(f => f.Synchronised).OrderByDescending(f => f.First).ToLookup(f => (f.Capture, f.Client.Address, f.Server));

    /// <summary>Another connection, as that capture names them, got a datagram of so many bytes through in that direction.</summary>
    internal bool Passed(TcpFlow own, bool fromClient, int length) => largestFirst[(own.Capture, own.Encapsulation, own.Client.Address, own.Server.Address, fromClient)]
        .Take(2).Any(f => f.Flow != own.Flow && Largest(f, fromClient) >= length);

    /// <summary>A connection to the same server opened after that time.</summary>
    internal bool Opened(TcpFlow own, Timestamp after) => newestFirst[(own.Capture, own.Client.Address, own.Server)].Take(1).Any(f => f.First > after);

    private static int Largest(TcpFlow flow, bool fromClient) => (fromClient ? flow.FromClient : flow.FromServer).LargestDelivered;
}
