using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>
/// The RX and TX tables of "ip -s link": a line of column names and a line of values, whose columns differ between versions
/// (ip/ipaddress.c print_stats64). The first RX table calls rx_over_errors "overrun" up to iproute2 5.9 and has rx_missed_errors as "missed" from then on.
/// </summary>
internal static class LinkStatistics
{
    private static readonly Dictionary<string, string> Rx = new(StringComparer.Ordinal)
    {
        ["bytes"] = "RxBytes", ["packets"] = "RxPackets", ["errors"] = "RxErrors", ["dropped"] = "RxDropped", ["overrun"] = "RxOverruns",
        ["missed"] = "RxMissed", ["mcast"] = "RxMulticast", ["compressed"] = "RxCompressed",
    };

    private static readonly Dictionary<string, string> RxErrors = new(StringComparer.Ordinal)
    {
        ["length"] = "RxLengthErrors", ["crc"] = "RxCrcErrors", ["frame"] = "RxFrameErrors", ["fifo"] = "RxFifoErrors", ["missed"] = "RxMissed",
        ["overrun"] = "RxOverruns", ["nohandler"] = "RxNoHandler", ["otherhost"] = "RxOtherHostDropped",
    };

    private static readonly Dictionary<string, string> Tx = new(StringComparer.Ordinal)
    {
        ["bytes"] = "TxBytes", ["packets"] = "TxPackets", ["errors"] = "TxErrors", ["dropped"] = "TxDropped", ["carrier"] = "TxCarrierErrors",
        ["collsns"] = "TxCollisions", ["compressed"] = "TxCompressed",
    };

    private static readonly Dictionary<string, string> TxErrors = new(StringComparer.Ordinal)
    {
        ["aborted"] = "TxAbortedErrors", ["fifo"] = "TxFifoErrors", ["window"] = "TxWindowErrors", ["heartbeat"] = "TxHeartbeatErrors",
        ["heartbt"] = "TxHeartbeatErrors", ["transns"] = "CarrierChanges",
    };

    /// <summary>Whether a trimmed line is the column line of such a table.</summary>
    public static bool IsHeading(string line) =>
        line.StartsWith("RX:", StringComparison.Ordinal) || line.StartsWith("TX:", StringComparison.Ordinal)
        || line.StartsWith("RX errors:", StringComparison.Ordinal) || line.StartsWith("TX errors:", StringComparison.Ordinal);

    /// <summary>Reads one pair of lines.</summary>
    public static void Read(TextLine heading, TextLine values, string device, Findings findings)
    {
        var colon = heading.Text.IndexOf(':');
        var names = Names(heading.Text[..colon].Trim());
        var columns = new Words(heading.Text[(colon + 1)..]);
        var numbers = new Words(values.Text);
        for (var i = 0; i < columns.Count; i++)
        {
            if (!names.TryGetValue(columns[i], out var name))
            {
                findings.Gap(heading.Number, GapKind.Unsupported, $"column {Findings.Quote(columns[i])} of {device} is not known");
            }
            else if (Words.Number(numbers[i]) is { } value)
            {
                findings.Counter(values.Number, device, $"Link.{name}", value);
            }
            else
            {
                findings.Gap(values.Number, i >= numbers.Count ? GapKind.Truncated : GapKind.Malformed, $"{device}: no exact value for {columns[i]}: {Findings.Quote(values.Text)}");
                return;
            }
        }
    }

    private static Dictionary<string, string> Names(string table) => table switch
    {
        "RX" => Rx,
        "TX" => Tx,
        "RX errors" => RxErrors,
        _ => TxErrors,
    };
}
