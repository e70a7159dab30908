using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Sockets;

/// <summary>
/// /proc/net/tcp, tcp6, udp and udp6 (net/ipv4/tcp_ipv4.c tcp4_seq_show, net/ipv4/udp.c udp4_seq_show). Addresses are 32-bit words in the byte order
/// of the machine, which is little-endian wherever Kubernetes runs but on s390x: there the words would give addresses that nobody has.
/// </summary>
public sealed class ProcNetTcpReader : Reader
{
    private const string Columns = "local_address";

    // Behind the inode of a TCP socket that is neither TIME-WAIT nor a request: references, pointer, RTO and delayed-ACK time in ticks, flags, window, threshold.
    private const int WindowAt = 15;
    private const int RtoAt = 12;
    private const int DropsAt = 12;

    // USER_HZ of every architecture that runs Kubernetes.
    private const int TicksPerSecond = 100;

    // By number: include/net/inet_connection_sock.h and get_tcp4_sock.
    private static readonly string?[] Timers = [null, "on", "keepalive", "timewait", "persist"];

    /// <inheritdoc />
    public override string Id => "proc-net-tcp";

    /// <inheritdoc />
    public override string Reads => "/proc/net/tcp, tcp6, udp, udp6: sockets";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsHeading) ? 97 : sample.Share(l => Row(l) is not null, 94);

    /// <inheritdoc />
    public override bool Opens(string line) => IsHeading(line) || Row(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        // The heading of udp and raw sockets has a column more. Raw sockets hold a protocol where others hold a port.
        var udp = file.Subject.Contains("/udp", StringComparison.Ordinal);
        if (file.Subject.EndsWith("/raw", StringComparison.Ordinal) || file.Subject.EndsWith("/raw6", StringComparison.Ordinal))
        {
            findings.Gap(file.Lines.Count > 0 ? file.Lines[0].Number : 1, GapKind.Unsupported, "raw sockets have no ports");
            return;
        }

        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (IsHeading(line.Text))
            {
                udp = line.Text.Contains(" drops", StringComparison.Ordinal);
            }
            else if (Row(line.Text) is { } words && Socket(words, udp, line.Number, findings) is { } socket)
            {
                findings.Add(socket);
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/tcp");
            }
        }
    }

    private static SocketState? Socket(Words words, bool udp, int line, Findings findings)
    {
        var queues = words[4];
        var timer = words[5];
        if (Endpoint(words[1]) is not { } local || Endpoint(words[2]) is not { } peer || Hex(words[3]) is not { } state || SocketStates.FromNumber((int)state) is not { } name
            || queues.Length != 17 || Hex(queues[..8]) is not { } sending || Hex(queues[9..]) is not { } receiving || timer.Length < 4 || Hex(timer[..2]) is not { } running)
        {
            return null;
        }

        var kind = running < Timers.Length ? Timers[running] : "unknown";
        var hasInfo = !udp && words.Count > WindowAt + 1;
        return new SocketState(findings.At, findings.From(line), udp ? "udp" : "tcp", name, receiving, sending, local, peer)
        {
            Timer = kind,
            TimerRetries = kind switch
            {
                null => null,
                "on" or "unknown" => Hex(words[6]) is { } n and <= int.MaxValue ? (int)n : null,
                _ => Small(words[8]),
            },
            RetransmissionTimeout = hasInfo && Words.Number(words[RtoAt]) is { } ticks and >= 0 and < int.MaxValue && name != SocketStates.Listen ? TimeSpan.FromMilliseconds(ticks * 1000 / TicksPerSecond) : null,
            CongestionWindow = hasInfo && name != SocketStates.Listen ? Small(words[WindowAt]) : null,
            SlowStartThreshold = hasInfo && name != SocketStates.Listen ? Small(words[WindowAt + 1]) : null,
            Drops = udp && words.Count > DropsAt ? Words.Number(words[DropsAt]) : null,
        };
    }

    private static bool IsHeading(string line) => line.Length < 400 && line.TrimStart().StartsWith("sl ", StringComparison.Ordinal) && line.Contains(Columns, StringComparison.Ordinal);

    // "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 3916256 2 …"
    private static Words? Row(string line)
    {
        if (line.Length is < 60 or > 600 || line.IndexOf(':') is < 1 or > 12)
        {
            return null;
        }

        var words = new Words(line);
        return words.Count >= 10 && words[0].EndsWith(':') && words[3].Length == 2 && words[1].Length is 13 or 37 && words[2].Length == words[1].Length && words[4].Length == 17 ? words : null;
    }

    private static IPEndPoint? Endpoint(string text)
    {
        var digits = text.Length - 5;
        if (digits is not (8 or 32) || text[digits] != ':' || Hex(text[(digits + 1)..]) is not { } port)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[digits / 2];
        for (var i = 0; i < digits; i += 8)
        {
            if (Hex(text.Substring(i, 8)) is not { } word)
            {
                return null;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i / 2)..], (uint)word);
        }

        return new IPEndPoint(EndpointText.Plain(new IPAddress(bytes)), (int)port);
    }

    private static long? Hex(string text) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static int? Small(string text) => Words.Number(text) is { } n and >= 0 and <= int.MaxValue ? (int)n : null;
}
