using System.Globalization;
using System.Net;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Sockets;

/// <summary>"address:port" in the spellings of ss and netstat: brackets, scopes, "*", IPv4 inside IPv6.</summary>
internal static class EndpointText
{
    /// <param name="text">"10.0.0.1:80", "[::1]:80", "::1:80", "*:*", "127.0.0.53%lo:53", "[fe80::1]%eth0:546".</param>
    /// <param name="star">What "*" means as an address.</param>
    /// <returns>The endpoint, port 0 for "*"; IPv4 written as IPv6 is IPv4. Null for a name or anything else.</returns>
    public static IPEndPoint? Parse(string text, IPAddress star)
    {
        var colon = text.LastIndexOf(':');
        return colon >= 0 && Port(text.AsSpan(colon + 1)) is { } port && Host(text[..colon], star) is { } address ? new IPEndPoint(address, port) : null;
    }

    /// <summary>Whether the text has the form of an endpoint, with names for numbers too.</summary>
    public static bool Fits(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && colon < text.Length - 1 && text.Length < 300;
    }

    private static int? Port(ReadOnlySpan<char> text) =>
        text is "*" ? 0 : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    private static IPAddress? Host(string text, IPAddress star)
    {
        if (text == "*")
        {
            return star;
        }

        var scope = text.IndexOf('%');
        var bare = (scope < 0 ? text : text[..scope]).TrimStart('[').TrimEnd(']');
        return bare == "*" ? star : AddressText.Address(bare) is { } address ? Plain(address) : null;
    }

    /// <summary>IPv4 for an IPv4 address inside IPv6: the packets of such a socket are IPv4.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
