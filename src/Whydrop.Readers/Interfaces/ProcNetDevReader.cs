using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>/proc/net/dev. Some of its columns are sums: see <see cref="IfconfigReader"/>.</summary>
public sealed class ProcNetDevReader : Reader
{
    private static readonly Dictionary<string, string> Receive = new(StringComparer.Ordinal)
    {
        ["bytes"] = "RxBytes", ["packets"] = "RxPackets", ["errs"] = "RxErrors", ["drop"] = "RxDropped", ["fifo"] = "RxFifoErrors",
        ["frame"] = "RxFrameErrors", ["compressed"] = "RxCompressed", ["multicast"] = "RxMulticast",
    };

    private static readonly Dictionary<string, string> Transmit = new(StringComparer.Ordinal)
    {
        ["bytes"] = "TxBytes", ["packets"] = "TxPackets", ["errs"] = "TxErrors", ["drop"] = "TxDropped", ["fifo"] = "TxFifoErrors",
        ["colls"] = "TxCollisions", ["carrier"] = "TxCarrierErrors", ["compressed"] = "TxCompressed",
    };

    /// <inheritdoc />
    public override string Id => "proc-net-dev";

    /// <inheritdoc />
    public override string Reads => "/proc/net/dev: device counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsColumns) ? 97 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith("Inter-|", StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        List<string?>? columns = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || Opens(line.Text))
            {
                continue;
            }

            if (IsColumns(line.Text))
            {
                columns = Columns(line.Text);
                continue;
            }

            var colon = line.Text.LastIndexOf(':');
            if (columns is null || colon < 1)
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/dev");
                continue;
            }

            Device(line.Text[..colon].Trim(), new Words(line.Text[(colon + 1)..]), columns, line.Number, findings);
        }
    }

    private static void Device(string name, Words values, List<string?> columns, int line, Findings findings)
    {
        var count = columns.Count;
        if (values.Count < count)
        {
            findings.Gap(line, GapKind.Truncated, $"{name}: {values.Count} of {count} values");
            count = Math.Max(0, values.Count - 1);
        }

        findings.Section(line, name, "Link", omitsZeros: false);
        for (var i = 0; i < count; i++)
        {
            if (columns[i] is { } counter && Words.Number(values[i]) is { } value)
            {
                findings.Counter(line, name, $"Link.{counter}", value);
            }
        }
    }

    private static bool IsColumns(string line) =>
        line.AsSpan().TrimStart().StartsWith("face |bytes") && line.Contains("packets errs drop", StringComparison.Ordinal);

    private static List<string?> Columns(string line)
    {
        var parts = line.Split('|');
        var columns = new List<string?>();
        for (var side = 1; side < parts.Length && side <= 2; side++)
        {
            var words = new Words(parts[side]);
            for (var i = 0; i < words.Count; i++)
            {
                columns.Add((side == 1 ? Receive : Transmit).GetValueOrDefault(words[i]));
            }
        }

        return columns;
    }
}
