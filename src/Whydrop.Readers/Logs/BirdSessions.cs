using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>
/// BIRD (1.x, 2.x, and Calico's) speaks of protocols by name, and tells one change in several lines, of which its "debug" setting chooses: "BGP session closed" (events),
/// "State changed to start" (states), "Received: …" (always). A change is told once.
/// </summary>
internal sealed partial class BirdSessions
{
    private const int MostProtocols = 10_000;

    private readonly Dictionary<string, Session> sessions = new(StringComparer.Ordinal);

    /// <summary>Text that every line of these wordings holds.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["bird", "<TRACE> ", "<RMT> ", "<INFO> S"];

    /// <summary>What one line says; null for nothing.</summary>
    public (string Kind, string? Subject, Dictionary<string, string> Details)? Take(LogLine log)
    {
        var isBird = log.Program is { } program && program.StartsWith("bird", StringComparison.Ordinal);
        if (Said().Match(log.Message) is not { Success: true } said || (!isBird && !said.Groups["mark"].Success))
        {
            return null;
        }

        var what = said.Groups["what"].Value;
        if (!said.Groups["name"].Success)
        {
            return what switch
            {
                "Started" => ("daemon-start", "bird", []),
                "Shutting down" or "Shutdown requested" => ("daemon-stop", "bird", []),
                _ => null,
            };
        }

        var name = said.Groups["name"].Value;
        if (NoBgp().IsMatch(name) || (!sessions.ContainsKey(name) && sessions.Count >= MostProtocols))
        {
            return null;
        }

        var session = sessions.TryGetValue(name, out var known) ? known : sessions[name] = new Session(name);
        return session.Take(what) is { } kind ? (kind, session.Peer ?? name, session.Details()) : null;
    }

    // "bird: Mesh_10_0_0_1: State changed to up", "<TRACE> R1: BGP session closed", "<INFO> Started"; bird6 is the daemon for IPv6 of 1.x
    [GeneratedRegex(@"^(?<mark>bird6?(?:\[\d+\])?: |<[A-Z]{2,5}> )?(?:(?<name>[A-Za-z_]\w{0,63}): )?(?<what>\S.{0,200}?)\.?\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Said();

    // The other protocols under the names of the manual and of Calico.
    [GeneratedRegex(@"^(kernel|device|direct|static|ospf|rip|babel|pipe|bfd|radv|rpki|mrt|perf|aggregator|l3vpn|krt)\w{0,8}$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex NoBgp();

    private sealed class Session(string name)
    {
        private bool isBgp = name.StartsWith("Mesh_", StringComparison.Ordinal) || name.StartsWith("Node_", StringComparison.Ordinal) || name.StartsWith("Global_", StringComparison.Ordinal)
            || name.Contains("bgp", StringComparison.OrdinalIgnoreCase) || name.Contains("peer", StringComparison.OrdinalIgnoreCase);

        private bool? up;
        private string? reason;

        public string? Peer { get; } = AddressIn(name);

        public Dictionary<string, string> Details()
        {
            var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["protocol"] = name };
            if (Peer is not null)
            {
                details["peer"] = Peer;
            }

            if (reason is not null)
            {
                details["reason"] = reason;
            }

            return details;
        }

        public string? Take(string what)
        {
            switch (what)
            {
                case "BGP session established":
                    isBgp = true;
                    return Up();
                case "BGP session closed":
                    isBgp = true;
                    return Down(stops: true);
                case "State changed to up":
                    return Up();
                case "State changed to stop" or "State changed to flush":
                    return Down(stops: true);
                case "State changed to start" or "State changed to down":
                    return Down(stops: false);
                case "Neighbor graceful restart detected" or "Neighbor graceful restart detected - already pending":
                    return "bgp-graceful-restart";
                case "Neighbor graceful restart done":
                    return "bgp-graceful-restart-done";
                case "Neighbor graceful restart timeout":
                    return "bgp-graceful-restart-expired";
            }

            if (what.StartsWith("Received: ", StringComparison.Ordinal) || what.StartsWith("Error: ", StringComparison.Ordinal))
            {
                reason = what[(what.IndexOf(' ') + 1)..];
                return isBgp ? "bgp-notification" : null;
            }

            return null;
        }

        private string? Up()
        {
            var was = up;
            (up, reason) = (true, null);
            return isBgp && was != true ? "bgp-up" : null;
        }

        // A log that begins in the middle does not say whether a session that starts was up; one that stops was more than starting.
        private string? Down(bool stops)
        {
            var was = up;
            up = false;
            return isBgp && (was == true || (was is null && stops)) ? "bgp-down" : null;
        }

        // Calico: Mesh_10_0_0_1, Node_fd00__1
        private static string? AddressIn(string name)
        {
            var tail = name[(name.IndexOf('_') + 1)..];
            var parts = tail.Split('_');
            if (parts.Length == 4 && Array.TrueForAll(parts, p => byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                return string.Join('.', parts);
            }

            return parts.Length is > 2 and <= 9 && IPAddress.TryParse(string.Join(':', parts), out var v6) && v6.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? v6.ToString() : null;
        }
    }
}
