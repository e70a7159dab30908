using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>The ends of a connection that a program's message names: "address:port", or "name:port" when it prints names.</summary>
internal static partial class PeerText
{
    /// <summary>Own end and other end; null where not named.</summary>
    public static (string? Local, string? Peer) In(string text)
    {
        if (Pair().Match(text) is { Success: true } pair)
        {
            return (pair.Groups["local"].Value, pair.Groups["peer"].Value);
        }

        foreach (var pattern in (ReadOnlySpan<Regex>)[Upstream(), Dialled(), Errno(), HostAndPort(), Server(), ConnectTo(), Resolved(), ToPort()])
        {
            if (pattern.Match(text) is { Success: true } found)
            {
                return (null, found.Groups["port"].Success ? $"{found.Groups["peer"].Value}:{found.Groups["port"].Value}" : found.Groups["peer"].Value);
            }
        }

        // An address with a port that stands alone in the line can only be the other end.
        return Endpoint().Matches(text) is [var only] ? (null, only.Value) : (null, null);
    }

    // Go: "read tcp 10.1.0.5:41234->10.2.0.6:80: read: connection reset by peer"
    [GeneratedRegex(@"(?<local>[\w.-]{1,100}:\d{1,5}|\[[0-9A-Fa-f:.%\w]{2,60}\]:\d{1,5})->(?<peer>[\w.-]{1,100}:\d{1,5}|\[[0-9A-Fa-f:.%\w]{2,60}\]:\d{1,5})")]
    private static partial Regex Pair();

    // nginx: upstream: "http://10.2.0.6:8080/path"
    [GeneratedRegex(@"upstream: ""(?:\w{1,10}://)?(?<peer>[^/""\s]{2,100})")]
    private static partial Regex Upstream();

    [GeneratedRegex(@"\b(?:dial|read|write) (?:tcp|udp)[46]? (?<peer>[\w.-]{1,100}:\d{1,5}|\[[0-9A-Fa-f:.%\w]{2,60}\]:\d{1,5})")]
    private static partial Regex Dialled();

    // Node.js: "connect ECONNREFUSED 10.2.0.6:5432"
    [GeneratedRegex(@"\bE[A-Z]{4,14} (?<peer>[\w.-]{1,100}:\d{1,5}|\[[0-9A-Fa-f:.]{2,60}\]:\d{1,5})")]
    private static partial Regex Errno();

    // Python: HTTPConnectionPool(host='10.2.0.6', port=80)
    [GeneratedRegex(@"host='(?<peer>[^']{1,100})', port='?(?<port>\d{1,5})")]
    private static partial Regex HostAndPort();

    // libpq: connection to server at "db" (10.2.0.6), port 5432 failed
    [GeneratedRegex(@"server at ""[^""]{0,100}"" \((?<peer>[0-9A-Fa-f.:]{2,45})\), port (?<port>\d{1,5})")]
    private static partial Regex Server();

    [GeneratedRegex(@"[Cc]onnect(?:ion|ing)? to (?:the )?(?:server )?""?(?:\w{1,10}://)?(?<peer>[\w.-]{1,100}:\d{1,5}|\[[0-9A-Fa-f:.]{2,60}\]:\d{1,5})")]
    private static partial Regex ConnectTo();

    // Java: "Connection refused: db/10.2.0.6:5432", "connect to /10.2.0.6:5432"
    [GeneratedRegex(@"[\w.-]{0,100}/(?<peer>(?:\d{1,3}\.){3}\d{1,3}:\d{1,5})\b")]
    private static partial Regex Resolved();

    // curl: "Failed to connect to 10.2.0.6 port 80"
    [GeneratedRegex(@"\bto (?<peer>[\w.:-]{1,100}) port (?<port>\d{1,5})")]
    private static partial Regex ToPort();

    [GeneratedRegex(@"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}(?!\d)|\[[0-9A-Fa-f:]{2,45}\]:\d{1,5}(?!\d)")]
    private static partial Regex Endpoint();
}
