using System.Globalization;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Sockets;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>"ipvsadm -lnc": the connections that IPVS remembers.</summary>
public sealed class IpvsConnectionReader : Reader
{
    private const string Title = "IPVS connection entries";

    /// <inheritdoc />
    public override string Id => "ipvsadm-connections";

    /// <inheritdoc />
    public override string Reads => "ipvsadm -lnc: connections of IPVS";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(Opens) ? 96 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith(Title, StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            // "TCP 00:07  CLOSE       10.244.1.15:39715  10.96.0.11:80      10.244.2.20:8080"
            var words = new Words(line.Text);
            if (words.Count == 0 || Opens(line.Text) || (words[0] == "pro" && words[1] == "expire"))
            {
                continue;
            }

            if (words[0] is "TCP" or "UDP" or "SCTP" && EndpointText.Parse(words[3], IPAddress.Any) is { } source
                && EndpointText.Parse(words[4], IPAddress.Any) is { } service && EndpointText.Parse(words[5], IPAddress.Any) is { } server)
            {
                findings.Add(new VirtualConnection(findings.At, findings.From(line.Number), words[0].ToLowerInvariant(), words[2], Expires(words[1]), source, service, server));
            }
            else
            {
                // Templates of persistent services ("IP") are no connections.
                findings.NotUnderstood(line.Number, line.Text, "ipvsadm -lnc");
            }
        }
    }

    // "14:58" is minutes and seconds.
    private static TimeSpan? Expires(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(word.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && int.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && minutes < 1_000_000 && seconds < 60
            ? new TimeSpan(0, minutes, seconds)
            : null;
    }
}
