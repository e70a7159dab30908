using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>
/// What programs say when the kernel refuses a socket call, in the wording of glibc, musl, Go, Java, Python, Node.js and nginx. The names of the errors are
/// those of errno(3).
/// </summary>
internal static partial class ApplicationPhrases
{
    /// <summary>In the order of trial: the first that fits is the event.</summary>
    public static IReadOnlyList<LogPhrase> All { get; } =
    [
        new("too-many-files", "too many open files", TooManyFiles()),
        new("too-many-files", "EMFILE", TooManyFiles()),
        new("too-many-files", "ENFILE", TooManyFiles()),
        new("too-many-files", "No file descriptors available", TooManyFiles()),
        new("no-local-address", "cannot assign requested address", NoLocalAddress()),
        new("no-local-address", "can't assign requested address", NoLocalAddress()),
        new("no-local-address", "address not available", NoLocalAddress()),
        new("no-local-address", "EADDRNOTAVAIL", NoLocalAddress()),
        new("duplicate-address", "address conflict", AddressConflict(), "address"),
        new("duplicate-address", "duplicate address", AddressConflict(), "address"),
        new("duplicate-address", "duplicate IP", AddressConflict(), "address"),
        new("connection-refused", "connection refused", Refused()),
        new("connection-refused", "ECONNREFUSED", Refused()),
        new("reset-by-peer", "connection reset", Reset()),
        new("reset-by-peer", "ECONNRESET", Reset()),
        new("no-route", "no route to host", NoRoute()),
        new("no-route", "host is unreachable", NoRoute()),
        new("no-route", "EHOSTUNREACH", NoRoute()),
        new("network-unreachable", "network is unreachable", NetworkUnreachable()),
        new("network-unreachable", "network unreachable", NetworkUnreachable()),
        new("network-unreachable", "ENETUNREACH", NetworkUnreachable()),
        new("upstream-closed", "prematurely closed connection", UpstreamClosed()),
        new("timed-out", "timed out", TimedOut()),
        new("timed-out", "i/o timeout", TimedOut()),
        new("timed-out", "ETIMEDOUT", TimedOut()),
        new("timed-out", "context deadline exceeded", TimedOut()),
        new("timed-out", "timeout exceeded", TimedOut()),
        new("timed-out", "connect timeout", TimedOut()),
        new("timed-out", "connection timeout", TimedOut()),
        new("broken-pipe", "broken pipe", BrokenPipe()),
    ];

    /// <summary>What was being done: "connect", "read", "write", "accept", "bind"; null when the line does not say.</summary>
    public static string? Operation(string text)
    {
        // Go names the call beside the address, wherever the sentence begins.
        if (text.Contains("dial tcp", StringComparison.Ordinal) || text.Contains("dial udp", StringComparison.Ordinal))
        {
            return "connect";
        }

        if (Operations().Match(text) is not { Success: true } found)
        {
            return null;
        }

        return found.Groups.Cast<Group>().Skip(1).First(g => g.Success).Name;
    }

    [GeneratedRegex(@"(?:too many open files|no file descriptors available|\bE[MN]FILE\b)(?<scope> in system)?", RegexOptions.IgnoreCase)]
    private static partial Regex TooManyFiles();

    [GeneratedRegex(@"(?:can(?:no|')t assign requested address|\baddress not available|\bEADDRNOTAVAIL\b)", RegexOptions.IgnoreCase)]
    private static partial Regex NoLocalAddress();

    [GeneratedRegex(@"(?:duplicate (?:ip(?:v[46])? ?)?(?:address)?|address conflict)(?:.{0,60}?\b(?<address>(?:\d{1,3}\.){3}\d{1,3}))?(?:.{0,40}?\b(?<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2}))?", RegexOptions.IgnoreCase)]
    private static partial Regex AddressConflict();

    [GeneratedRegex(@"connection refused|\bECONNREFUSED\b", RegexOptions.IgnoreCase)]
    private static partial Regex Refused();

    // "Connection reset" alone is Java's wording.
    [GeneratedRegex(@"connection reset by (?:remote )?peer|\bECONNRESET\b|(?:SocketException|IOException): connection reset|\(104\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reset();

    [GeneratedRegex(@"no route to host|host is unreachable|\bEHOSTUNREACH\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoRoute();

    [GeneratedRegex(@"network (?:is )?unreachable|\bENETUNREACH\b", RegexOptions.IgnoreCase)]
    private static partial Regex NetworkUnreachable();

    [GeneratedRegex("prematurely closed connection", RegexOptions.IgnoreCase)]
    private static partial Regex UpstreamClosed();

    [GeneratedRegex(@"(?:connect(?:ion)?|upstream|read|write|connect|operation|socket|recv|send|dial)\w* timed out|connect(?:ion)? timeout|i/o timeout|\bETIMEDOUT\b|context deadline exceeded|timeout exceeded while", RegexOptions.IgnoreCase)]
    private static partial Regex TimedOut();

    [GeneratedRegex(@"broken pipe", RegexOptions.IgnoreCase)]
    private static partial Regex BrokenPipe();

    // The first that stands in the text decides: Go writes "read tcp a->b: read: connection reset by peer" and "dial tcp b: connect: …".
    [GeneratedRegex(
        @"(?<accept>\baccept4?\b)|(?<bind>\blisten (?:tcp|udp)|\bbind(?:\(\)|:)|BindException)|(?<connect>\bdial(?:ing)?\b|\bconnect(?:ing)?\b(?!ion)|ConnectException|ConnectTimeout|NewConnectionError|connect timeout)|(?<read>\breading\b|\bread(?:v|\(\))?\b|\brecv\w*|\bawaiting headers|ReadTimeout)|(?<write>\bwriting\b|\bwrite(?:v|\(\))?\b|\bsend\w*)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Operations();
}
