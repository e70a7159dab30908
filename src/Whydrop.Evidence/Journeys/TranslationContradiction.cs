using System.Net;

namespace Whydrop.Evidence.Journeys;

/// <summary>The packets of a connection show another translation than a connection tracking table or the cluster's objects say. Neither is taken to be right.</summary>
/// <param name="At">Where the table was read; unknown for objects of the cluster.</param>
/// <param name="From">Line of the table or of the object.</param>
/// <param name="Capture">Capture nearest to the client.</param>
/// <param name="Flow">Connection there.</param>
/// <param name="OtherCapture">Capture that shows the other addresses.</param>
/// <param name="OtherFlow">Connection there.</param>
/// <param name="Client">Client before the translation.</param>
/// <param name="Server">Server before it.</param>
/// <param name="SeenClient">Client after it, in the packets.</param>
/// <param name="SeenServer">Server after it, in the packets.</param>
/// <param name="Said">What the table or the objects say instead, in one line.</param>
public sealed record TranslationContradiction(
    VantagePoint At, Provenance From, int Capture, int Flow, int OtherCapture, int OtherFlow, IPEndPoint Client, IPEndPoint Server, IPEndPoint SeenClient, IPEndPoint SeenServer,
    string Said) : Fact(At, From);
