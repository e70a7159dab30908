using Whydrop.Readers.Text;

namespace Whydrop.Readers.Queueing;

/// <summary>"tc -s -j qdisc show": see <see cref="TcQdiscReader"/>.</summary>
public sealed class TcQdiscJsonReader : JsonReader
{
    private static readonly (string Key, string Name)[] Figures =
        [("bytes", "SentBytes"), ("packets", "SentPackets"), ("drops", "Dropped"), ("overlimits", "Overlimits"), ("requeues", "Requeues")];

    /// <inheritdoc />
    public override string Id => "tc-qdisc-json";

    /// <inheritdoc />
    public override string Reads => "tc -s -j [-p] qdisc show: the queueing disciplines of devices, and packets sent and dropped at the root";

    private protected override bool Fits(string start) =>
        start.Contains("\"kind\":\"", StringComparison.Ordinal) && start.Contains("\"handle\":\"", StringComparison.Ordinal) && start.Contains("\"dev\":\"", StringComparison.Ordinal);

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var item in items)
        {
            if (item["dev"].Text is { Length: > 0 } owner && item["kind"].Text is { Length: > 0 })
            {
                TcDraft.OfJson(owner, item).WriteTo(findings);
            }

            if (item["root"].Flag != true || item["dev"].Text is not { Length: > 0 } device || !item.Has("drops"))
            {
                continue;
            }

            findings.Section(item.Line, device, "Qdisc", omitsZeros: false);
            if (item["kind"].Text == "noqueue")
            {
                continue;
            }

            foreach (var (key, name) in Figures)
            {
                if (Words.Number(item[key].Text) is { } value)
                {
                    findings.Counter(item[key].Line, device, $"Qdisc.{name}", value);
                }
            }
        }
    }
}
