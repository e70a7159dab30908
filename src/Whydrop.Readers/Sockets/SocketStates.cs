namespace Whydrop.Readers.Sockets;

/// <summary>Names of socket states: ss's own, netstat's, and the numbers of include/net/tcp_states.h.</summary>
internal static class SocketStates
{
    public const string Listen = "LISTEN";
    public const string Unconnected = "UNCONN";
    public const string Established = "ESTAB";
    public const string Unknown = "UNKNOWN";

    // By number, from 1.
    private static readonly string[] ByNumber =
    [
        Established, "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", Unconnected, "CLOSE-WAIT", "LAST-ACK", Listen, "CLOSING", "SYN-RECV",
    ];

    private static readonly HashSet<string> OfSs = new(ByNumber.Append(Unknown), StringComparer.Ordinal);

    private static readonly Dictionary<string, string> OfNetstat = new(StringComparer.Ordinal)
    {
        ["ESTABLISHED"] = Established, ["SYN_SENT"] = "SYN-SENT", ["SYN_RECV"] = "SYN-RECV", ["FIN_WAIT1"] = "FIN-WAIT-1", ["FIN_WAIT2"] = "FIN-WAIT-2", ["TIME_WAIT"] = "TIME-WAIT",
        ["CLOSE"] = Unconnected, ["CLOSE_WAIT"] = "CLOSE-WAIT", ["LAST_ACK"] = "LAST-ACK", ["LISTEN"] = Listen, ["CLOSING"] = "CLOSING", ["UNKNOWN"] = Unknown,
    };

    // What "ss state X" is asked for.
    private static readonly Dictionary<string, string> Asked = new(StringComparer.Ordinal)
    {
        ["established"] = Established, ["syn-sent"] = "SYN-SENT", ["syn-recv"] = "SYN-RECV", ["fin-wait-1"] = "FIN-WAIT-1", ["fin-wait-2"] = "FIN-WAIT-2", ["time-wait"] = "TIME-WAIT",
        ["closed"] = Unconnected, ["close-wait"] = "CLOSE-WAIT", ["last-ack"] = "LAST-ACK", ["listening"] = Listen, ["listen"] = Listen, ["closing"] = "CLOSING",
    };

    public static bool IsOfSs(string word) => OfSs.Contains(word);

    public static string? FromNetstat(string word) => OfNetstat.GetValueOrDefault(word);

    public static string? FromFilter(string word) => Asked.GetValueOrDefault(word);

    public static string? FromNumber(int number) => number >= 1 && number <= ByNumber.Length ? ByNumber[number - 1] : null;
}
