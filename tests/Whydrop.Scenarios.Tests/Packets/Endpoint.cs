using System.Net;

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>An address and port as one point of the path sees it.</summary>
internal readonly record struct Endpoint(IPAddress Address, int Port)
{
    internal static Endpoint Parse(string text)
    {
        var end = IPEndPoint.Parse(text);
        return new Endpoint(end.Address, end.Port);
    }
}
