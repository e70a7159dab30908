using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Windows;

/// <summary>"netsh int tcp show global" of Windows in English.</summary>
public sealed class NetshTcpReader : Reader
{
    private const string Heading = "TCP Global Parameters";

    // The heading stands above a ruler, as titles of collections do, and may be taken for one: its own lines tell it too.
    private static readonly string[] Own = ["Receive-Side Scaling State", "Receive Window Auto-Tuning Level", "Add-On Congestion Control Provider", "ECN Capability", "RFC 1323 Timestamps"];

    /// <inheritdoc />
    public override string Id => "netsh-tcp-global";

    /// <inheritdoc />
    public override string Reads => "netsh int tcp show global of Windows, in English: TCP settings";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsOwn) ? 96 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsOwn(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            var text = line.Text.Trim();
            if (text.Length == 0 || IsHeading(text) || text.All(c => c == '-') || IsAnnouncement(text) || text.StartsWith("** ", StringComparison.Ordinal))
            {
                continue;
            }

            if (WindowsSetting.Pair(line.Text) is { } pair)
            {
                WindowsSetting.Add(findings, line.Number, "global", pair.Name, pair.Value);
                WindowsSetting.AddTwin(findings, line.Number, pair.Name, pair.Value);
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "netsh int tcp show global");
            }
        }
    }

    private static bool IsHeading(string line) => line.Trim() == Heading;

    private static bool IsAnnouncement(string line) => line.StartsWith("Querying active state", StringComparison.Ordinal);

    private static bool IsOwn(string line) => IsHeading(line) || IsAnnouncement(line) || (WindowsSetting.Pair(line) is { } pair && Array.IndexOf(Own, pair.Name) >= 0);
}
