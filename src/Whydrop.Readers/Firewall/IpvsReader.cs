using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Sockets;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>"ipvsadm -ln" and "ipvsadm -ln --stats": virtual services and their real servers.</summary>
public sealed class IpvsReader : Reader
{
    private const string Group = "Ipvs";
    private const string Services = "Prot LocalAddress:Port";
    private const string Servers = "-> RemoteAddress:Port";

    /// <inheritdoc />
    public override string Id => "ipvsadm";

    /// <inheritdoc />
    public override string Reads => "ipvsadm -ln, ipvsadm -ln --stats --exact: virtual services and real servers";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => l.StartsWith(Services, StringComparison.Ordinal)) ? 96 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsVersion(line) || line.StartsWith(Services, StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        var statistics = false;
        Service? open = null;
        foreach (var line in file.Lines)
        {
            var text = line.Text.Trim();
            if (text.Length == 0 || IsVersion(text) || text.StartsWith(Servers, StringComparison.Ordinal))
            {
                continue;
            }

            var words = new Words(text);
            if (text.StartsWith(Services, StringComparison.Ordinal))
            {
                open?.Alone(findings);
                open = null;
                statistics = words.Has("Conns");
                if (statistics)
                {
                    findings.Section(line.Number, null, Group, omitsZeros: false);
                }

                if (words.Has("CPS"))
                {
                    findings.Gap(line.Number, GapKind.Unsupported, "rates of IPVS are not read: collect ipvsadm -ln, and --stats --exact before and after");
                    return;
                }
            }
            else if (words[0] is "TCP" or "UDP" or "SCTP" && EndpointText.Parse(words[1], IPAddress.Any) is { } address)
            {
                open?.Alone(findings);
                open = new Service(line.Number, words[0].ToLowerInvariant(), address, statistics ? null : words[2]);
            }
            else if (words[0] == "->" && open is not null && EndpointText.Parse(words[1], IPAddress.Any) is { } server)
            {
                open.Write(line.Number, server, words, statistics, findings);
            }
            else
            {
                findings.NotUnderstood(line.Number, text, "ipvsadm");
            }
        }

        open?.Alone(findings);
    }

    // "IP Virtual Server version 1.2.1 (size=4096)"
    private static bool IsVersion(string line) => line.StartsWith("IP Virtual Server version", StringComparison.Ordinal);

    private sealed class Service(int line, string protocol, IPEndPoint address, string? scheduler)
    {
        private static readonly string[] Figures = ["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"];

        private bool served;

        // "-> 192.168.0.10:6443  Masq  1  4  0"; with --stats "-> 192.168.0.10:6443  5 50 40 5000 4000"
        public void Write(int number, IPEndPoint server, Words words, bool statistics, Findings findings)
        {
            served = true;
            var weight = statistics ? null : Words.Number(words[3]) is { } w and >= 0 and <= int.MaxValue ? (int?)w : null;
            findings.Add(new VirtualServer(
                findings.At, findings.From(number), protocol, address, scheduler, server, statistics ? null : words[2], weight,
                statistics ? null : Words.Number(words[4]), statistics ? null : Words.Number(words[5])));
            if (!statistics)
            {
                return;
            }

            for (var i = 0; i < Figures.Length; i++)
            {
                if (Words.Number(words[i + 2]) is { } value)
                {
                    findings.Counter(number, null, $"{Group}.{Figures[i]} {protocol} {address} {server}", value);
                }
                else
                {
                    findings.Gap(number, GapKind.Unsupported, $"no exact figure, print it with --exact: {Findings.Quote(words[i + 2])}");
                }
            }
        }

        public void Alone(Findings findings)
        {
            if (!served)
            {
                findings.Add(new VirtualServer(findings.At, findings.From(line), protocol, address, scheduler, null, null, null, null, null));
            }
        }
    }
}
