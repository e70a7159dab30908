using System.Globalization;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Sockets;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Ipvs;

/// <summary>
/// ipvsadm -Ln (services and their real servers) and ipvsadm -Lnc (connections). Listings with --stats, --rate or --thresholds hold other columns: of them
/// only the services are known, and nothing is taken.
/// </summary>
public sealed class IpvsadmReader : Reader
{
    private const string Version = "IP Virtual Server version ";
    private const string Connections = "IPVS connection entries";

    /// <inheritdoc />
    public override string Id => "ipvsadm";

    /// <inheritdoc />
    public override string Reads => "ipvsadm -Ln: IPVS services, real servers and weights; ipvsadm -Lnc: IPVS connections";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Opens(l)) ? 96 : sample.Any(IsServerTitle) ? 80 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith(Version, StringComparison.Ordinal) || line.StartsWith(Connections, StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        var listing = Listing.Unknown;
        (string Protocol, IPEndPoint Address, string Scheduler, int Line)? service = null;
        var servers = 0;
        foreach (var line in file.Lines)
        {
            var words = new Words(line.Text);
            if (words.Count == 0 || Opens(line.Text) || words[0] == "Prot")
            {
                continue;
            }

            if (words[0] == "pro" && words[1] == "expire")
            {
                listing = Listing.Connections;
            }
            else if (words[0] == "->" && words[1].StartsWith("RemoteAddress", StringComparison.Ordinal))
            {
                listing = IsServerTitle(line.Text) ? Listing.Servers : Listing.Other;
            }
            else if (listing == Listing.Connections)
            {
                Connection(words, line, findings);
            }
            else if (words[0] == "->")
            {
                servers++;
                Server(words, line, listing, service, findings);
            }
            else
            {
                Close(service, servers, listing, findings);
                servers = 0;
                service = Service(words, line, listing, findings);
            }
        }

        Close(service, servers, listing, findings);
    }

    // "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn"
    private static bool IsServerTitle(string line) =>
        line.Length < 200 && line.Contains("RemoteAddress:Port", StringComparison.Ordinal) && line.Contains("ActiveConn", StringComparison.Ordinal);

    // "TCP  10.96.0.1:443 rr", "TCP  [fd00::1]:443 wrr persistent 10800", "FWM  1 rr"
    private static (string Protocol, IPEndPoint Address, string Scheduler, int Line)? Service(Words words, TextLine line, Listing listing, Findings findings)
    {
        if (words[0] is "TCP" or "UDP" or "SCTP" && EndpointText.Parse(words[1], IPAddress.Any) is { } address)
        {
            return (words[0].ToLowerInvariant(), address, listing == Listing.Servers ? words[2] : "", line.Number);
        }

        if (words[0] == "FWM")
        {
            findings.Gap(line.Number, GapKind.Unsupported, $"a service by firewall mark has no address: {Findings.Quote(line.Text)}");
        }
        else
        {
            findings.NotUnderstood(line.Number, line.Text, "IPVS services");
        }

        return null;
    }

    // "  -> 10.244.2.20:8080             Masq    1      0          3"
    private static void Server(Words words, TextLine line, Listing listing, (string Protocol, IPEndPoint Address, string Scheduler, int Line)? service, Findings findings)
    {
        if (listing != Listing.Servers || service is not { } of)
        {
            return;
        }

        if (EndpointText.Parse(words[1], IPAddress.Any) is { } server && Words.Number(words[3]) is { } weight and >= 0 and <= int.MaxValue
            && Words.Number(words[4]) is { } active && Words.Number(words[5]) is { } inactive)
        {
            findings.Add(new VirtualServer(findings.At, findings.From(line.Number), of.Protocol, of.Address, of.Scheduler, server, (int)weight, active, inactive));
        }
        else
        {
            findings.NotUnderstood(line.Number, line.Text, "IPVS real servers");
        }
    }

    /// <summary>A service that has no real server is one fact too.</summary>
    private static void Close((string Protocol, IPEndPoint Address, string Scheduler, int Line)? service, int servers, Listing listing, Findings findings)
    {
        if (service is { } of && servers == 0 && listing == Listing.Servers)
        {
            findings.Add(new VirtualServer(findings.At, findings.From(of.Line), of.Protocol, of.Address, of.Scheduler, null, 0, 0, 0));
        }
    }

    // "TCP 00:07  CLOSE       10.244.1.15:39715  10.96.0.11:80      10.244.2.20:8080"
    private static void Connection(Words words, TextLine line, Findings findings)
    {
        if (words[0] is "TCP" or "UDP" or "SCTP" && EndpointText.Parse(words[3], IPAddress.Any) is { } source
            && EndpointText.Parse(words[4], IPAddress.Any) is { } address && EndpointText.Parse(words[5], IPAddress.Any) is { } server)
        {
            findings.Add(new VirtualConnection(findings.At, findings.From(line.Number), words[0].ToLowerInvariant(), words[2], Expires(words[1]), source, address, server));
        }
        else
        {
            // Templates of persistent services ("IP") are no connections.
            findings.NotUnderstood(line.Number, line.Text, "IPVS connections");
        }
    }

    // "14:58" is minutes and seconds.
    private static TimeSpan? Expires(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(word.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && int.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && minutes < 1_000_000
            ? new TimeSpan(0, minutes, seconds)
            : null;
    }

    private enum Listing
    {
        Unknown,
        Servers,
        Connections,
        Other,
    }
}
