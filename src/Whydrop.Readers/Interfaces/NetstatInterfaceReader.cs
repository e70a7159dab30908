using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>
/// "netstat -i". It cuts names at 8 characters: a name of exactly 8 may stand for a longer one and is not taken for a device.
/// Its columns are those of /proc/net/dev: see <see cref="IfconfigReader"/>.
/// </summary>
public sealed class NetstatInterfaceReader : Reader
{
    private const int CutLength = 8;

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["RX-OK"] = "RxPackets", ["RX-ERR"] = "RxErrors", ["RX-DRP"] = "RxDropped", ["RX-OVR"] = "RxFifoErrors",
        ["TX-OK"] = "TxPackets", ["TX-ERR"] = "TxErrors", ["TX-DRP"] = "TxDropped", ["TX-OVR"] = "TxFifoErrors",
    };

    /// <inheritdoc />
    public override string Id => "netstat-i";

    /// <inheritdoc />
    public override string Reads => "netstat -i: MTU and device counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsColumns) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsColumns(line) || line.StartsWith("Kernel Interface table", StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        Words? columns = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || line.Text.StartsWith("Kernel Interface table", StringComparison.Ordinal))
            {
                continue;
            }

            if (IsColumns(line.Text))
            {
                columns = new Words(line.Text);
                continue;
            }

            var words = new Words(line.Text);
            if (columns is not { } heading || words.Count < heading.Count)
            {
                findings.NotUnderstood(line.Number, line.Text, "netstat -i");
            }
            else if (words[0].Length == CutLength)
            {
                findings.Gap(line.Number, GapKind.Unsupported, $"netstat -i may have cut the name {words[0]} at {CutLength} characters");
            }
            else
            {
                Row(heading, words, line.Number, findings);
            }
        }
    }

    private static void Row(Words columns, Words row, int line, Findings findings)
    {
        var flags = row[columns.IndexOf("Flg")];
        var mtu = Words.Number(row[columns.IndexOf("MTU")]);
        findings.Add(new NetworkInterface(
            findings.On(row[0]), findings.From(line), null, mtu is >= 0 and <= int.MaxValue ? (int)mtu : null, null,
            flags.Contains('U'), flags.Contains('R'), null, null, null, null, null, null, null));
        findings.Section(line, row[0], "Link", omitsZeros: false);
        for (var i = 0; i < columns.Count; i++)
        {
            if (Names.TryGetValue(columns[i], out var name) && Words.Number(row[i]) is { } value)
            {
                findings.Counter(line, row[0], $"Link.{name}", value);
            }
        }
    }

    private static bool IsColumns(string line) =>
        line.StartsWith("Iface ", StringComparison.Ordinal) && line.Contains(" MTU ", StringComparison.Ordinal) && line.Contains(" RX-OK ", StringComparison.Ordinal) && line.Contains("Flg", StringComparison.Ordinal);
}
