using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>
/// "ifconfig [-a]" of net-tools 1.60 and busybox ("Link encap:Ethernet") and of net-tools 2 ("flags=4163&lt;UP,…&gt;").
/// Its figures are those of /proc/net/dev: "dropped" is rx_dropped + rx_missed_errors, "overruns" is rx_fifo_errors, "frame" is the sum of length, over,
/// CRC and frame errors, "carrier" the sum of carrier, aborted, window and heartbeat errors (net/core/net-procfs.c dev_seq_printf_stats).
/// </summary>
public sealed class IfconfigReader : Reader
{
    /// <inheritdoc />
    public override string Id => "ifconfig";

    /// <inheritdoc />
    public override string Reads => "ifconfig [-a]: devices, addresses, device counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => IsOldHeader(l) || IsNewHeader(l)) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsOldHeader(line) || IsNewHeader(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var state = new State(findings);
        foreach (var line in file.Lines)
        {
            if (!string.IsNullOrWhiteSpace(line.Text))
            {
                state.Take(line);
            }
        }

        state.Flush();
    }

    // "eth0      Link encap:Ethernet  HWaddr 02:…"
    private static bool IsOldHeader(string line) => line.Length > 0 && !char.IsWhiteSpace(line[0]) && line.Contains(" Link encap:", StringComparison.Ordinal);

    // "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500"
    private static bool IsNewHeader(string line) =>
        line.Length > 0 && !char.IsWhiteSpace(line[0]) && line.IndexOf(": flags=", StringComparison.Ordinal) > 0 && line.Contains("> ", StringComparison.Ordinal)
        && line.Contains(" mtu ", StringComparison.Ordinal);

    private sealed class State(Findings findings)
    {
        private LinkDraft? link;
        private bool alias;
        private bool counted;

        public void Take(TextLine line)
        {
            if (IsNewHeader(line.Text) || IsOldHeader(line.Text))
            {
                Flush();
                Begin(line);
                return;
            }

            if (link is null)
            {
                findings.NotUnderstood(line.Number, line.Text, "ifconfig");
                return;
            }

            var text = line.Text.Trim();
            if (!Addresses(link, text, line.Number) && !Counters(link, text, line.Number) && !Settings(link, text))
            {
                findings.NotUnderstood(line.Number, text, $"ifconfig, device {link.Name}");
            }
        }

        public void Flush()
        {
            if (link is not null && !alias)
            {
                findings.Add(link.ToFact(findings));
            }

            (link, alias, counted) = (null, false, false);
        }

        private void Begin(TextLine line)
        {
            var text = line.Text;
            var flags = text.IndexOf(": flags=", StringComparison.Ordinal);
            var name = flags > 0 ? text[..flags] : text[..text.IndexOf(' ')];

            // "eth0:1" is a second address of eth0, not a device.
            alias = name.Contains(':');
            link = new LinkDraft(alias ? name[..name.IndexOf(':')] : name, line.Number);
            if (flags > 0)
            {
                var open = text.IndexOf('<', flags);
                var close = text.IndexOf('>', flags);
                if (open > 0 && close > open)
                {
                    link.Flags(text[(open + 1)..close], "RUNNING");
                }

                link.Mtu = new Words(text[(close + 1)..]).NumberAfter("mtu");
                return;
            }

            link.Mac = AddressText.Mac(new Words(text).After("HWaddr"));
            link.Kind = text.Contains("encap:IPIP Tunnel", StringComparison.Ordinal) ? "ipip"
                : text.Contains("encap:IPv6-in-IPv4", StringComparison.Ordinal) ? "sit" : null;
        }

        private bool Addresses(LinkDraft draft, string text, int line)
        {
            if (!text.StartsWith("inet", StringComparison.Ordinal))
            {
                return false;
            }

            var words = new Words(text.Replace("addr: ", "addr:", StringComparison.Ordinal).Replace("addr:", " ", StringComparison.Ordinal).Replace("Mask:", "netmask ", StringComparison.Ordinal));
            var prefix = AddressText.Prefix(words[1]);
            if (prefix is not { } own)
            {
                findings.Gap(line, GapKind.Malformed, $"{draft.Name}: no address in {Findings.Quote(text)}");
                return true;
            }

            var length = own.Address.AddressFamily == AddressFamily.InterNetwork ? AddressText.MaskLength(words.After("netmask")) : words.NumberAfter("prefixlen") ?? own.Length;
            if (length is not { } bits || bits > AddressText.Bits(own.Address) || bits < 0)
            {
                findings.Gap(line, GapKind.Malformed, $"{draft.Name}: no prefix length in {Findings.Quote(text)}");
                return true;
            }

            findings.Add(new InterfaceAddress(findings.On(draft.Name), findings.From(line), own.Address, bits));
            return true;
        }

        // "RX packets 8061  bytes 1514413 (1.4 MiB)", "RX packets:0 errors:0 …", "collisions:0 txqueuelen:0", "RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)"
        private bool Counters(LinkDraft draft, string text, int line)
        {
            if (!text.StartsWith("RX ", StringComparison.Ordinal) && !text.StartsWith("TX ", StringComparison.Ordinal) && !text.StartsWith("collisions:", StringComparison.Ordinal))
            {
                return false;
            }

            if (!counted)
            {
                findings.Section(line, draft.Name, "Link", omitsZeros: false);
                counted = true;
            }

            var words = new Words(text.Replace(':', ' '));
            var side = "";
            for (var i = 0; i < words.Count; i++)
            {
                side = words[i] is "RX" or "TX" ? words[i] : side;
                if (Name(side, words[i]) is { } name && Words.Number(words[i + 1]) is { } value)
                {
                    findings.Counter(line, draft.Name, $"Link.{name}", value);
                }
            }

            return true;
        }

        private static string? Name(string side, string word) => (side, word) switch
        {
            ("RX", "packets") => "RxPackets",
            ("RX", "bytes") => "RxBytes",
            ("RX", "errors") => "RxErrors",
            ("RX", "dropped") => "RxDropped",
            ("RX", "overruns") => "RxFifoErrors",
            ("RX", "frame") => "RxFrameErrors",
            ("TX", "packets") => "TxPackets",
            ("TX", "bytes") => "TxBytes",
            ("TX", "errors") => "TxErrors",
            ("TX", "dropped") => "TxDropped",
            ("TX", "overruns") => "TxFifoErrors",
            ("TX", "carrier") => "TxCarrierErrors",
            (_, "collisions") => "TxCollisions",
            _ => null,
        };

        private static bool Settings(LinkDraft draft, string text)
        {
            var words = new Words(text);
            switch (words[0])
            {
                case "ether" or "infiniband":
                    draft.Mac = AddressText.Mac(words[1]);
                    return true;
                case "tunnel":
                    draft.Kind = text.Contains("(IPIP Tunnel)", StringComparison.Ordinal) ? "ipip" : draft.Kind;
                    return true;
                case "sit":
                    draft.Kind = "sit";
                    return true;
                case "loop" or "unspec" or "ppp" or "slip" or "fddi" or "irda" or "device" or "Base" or "Memory:" or "[NO" or "EUI64" or "ieee802.15.4":
                    return true;
                case var first when first.StartsWith("Interrupt:", StringComparison.Ordinal) || first.StartsWith("Memory:", StringComparison.Ordinal) || first.StartsWith("Base", StringComparison.Ordinal):
                    return true;
            }

            // "UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1"
            var mtu = text.IndexOf("MTU:", StringComparison.Ordinal);
            if (mtu < 0)
            {
                return false;
            }

            draft.Mtu = Words.Number(new Words(text[(mtu + 4)..])[0]) is { } value and >= 0 and <= int.MaxValue ? (int)value : null;
            draft.Flags(text[..mtu].Trim().Replace(' ', ','), "RUNNING");
            return true;
        }
    }
}
