using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Sockets;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>"ipvsadm -ln", "ipvsadm -ln --stats" and /proc/net/ip_vs: virtual services and their real servers.</summary>
public sealed class IpvsReader : Reader
{
    private const string Group = "Ipvs";
    private const string Services = "Prot LocalAddress:Port";
    private const string Servers = "-> RemoteAddress:Port";

    /// <inheritdoc />
    public override string Id => "ipvsadm";

    /// <inheritdoc />
    public override string Reads => "ipvsadm -ln, ipvsadm -ln --stats --exact, /proc/net/ip_vs: virtual services and real servers";

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
            else if (words[0] is "TCP" or "UDP" or "SCTP" && Endpoint(words[1]) is { } address)
            {
                open?.Alone(findings);
                open = new Service(line.Number, words[0].ToLowerInvariant(), address, statistics ? null : words[2]);
            }
            else if (words[0] == "FWM")
            {
                // What follows are its servers, not those of the service before.
                open?.Alone(findings);
                open = null;
                findings.Gap(line.Number, GapKind.Unsupported, $"a service by firewall mark is not read, nor are its servers: {Findings.Quote(text)}");
            }
            else if (words[0] == "->" && open is not null && Endpoint(words[1]) is { } server)
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

    // /proc/net/ip_vs (net/netfilter/ipvs/ip_vs_ctl.c ip_vs_info_seq_show) has IPv4 addresses and all ports in hexadecimal: "C0A80016:0CEA", "[2620:0000:…:0001]:0CEA".
    private static IPEndPoint? Endpoint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (text.Length - colon != 5 || !(colon == 8 || (colon == 41 && text[0] == '[' && text[40] == ']'))
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port))
        {
            return EndpointText.Parse(text, IPAddress.Any);
        }

        if (colon == 8 && uint.TryParse(text.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address))
        {
            return new IPEndPoint(new IPAddress(BinaryPrimitives.ReverseEndianness(address)), port);
        }

        // ipvsadm drops zeros that lead a group or a port; what has them, or letters in its port, the kernel wrote.
        var written = text.Contains(":0", StringComparison.Ordinal) || text.StartsWith("[0", StringComparison.Ordinal) || text.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9');
        return written && AddressText.Address(text[1..(colon - 1)]) is { } inFull ? new IPEndPoint(inFull, port) : EndpointText.Parse(text, IPAddress.Any);
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
