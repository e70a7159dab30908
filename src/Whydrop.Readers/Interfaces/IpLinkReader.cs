using System.Buffers;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>"ip link" and "ip addr" with any of -s, -s -s, -d and -o, of iproute2 3 to 6.</summary>
public sealed class IpLinkReader : Reader
{
    private static readonly SearchValues<char> Brackets = SearchValues.Create("[]{}()");

    /// <inheritdoc />
    public override string Id => "ip-link";

    /// <inheritdoc />
    public override string Reads => "ip [-s [-s]] [-d] [-o] link | addr: devices, tunnel settings, addresses, device counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Any(IsHeader) ? 95 : sample.Share(IsOneLineAddress, 90);

    /// <inheritdoc />
    public override bool Opens(string line) => IsHeader(line) || IsOneLineAddress(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var state = new State(findings);
        foreach (var line in file.Lines)
        {
            if (!line.Text.Contains('\\'))
            {
                state.Take(line);
                continue;
            }

            // -o puts a backslash where a line would end.
            foreach (var part in line.Text.Split('\\'))
            {
                state.Take(line with { Text = part });
            }
        }

        state.Flush();
    }

    // "2: eth0@if7: <BROADCAST,UP> mtu 1500 …"
    private static bool IsHeader(string line) => HeaderName(line) is not null;

    private static (int Index, string Name, int FlagsAt)? HeaderName(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon is < 1 or > 12 || !int.TryParse(line.AsSpan(0, colon), out var index) || index < 0)
        {
            return null;
        }

        var flags = line.IndexOf(": <", colon + 2, StringComparison.Ordinal);
        if (flags < 0 || line.IndexOf('>', flags) < 0 || line.AsSpan(0, line.IndexOf('>', flags)).ContainsAny(Brackets))
        {
            return null;
        }

        var name = line[(colon + 2)..flags].Trim();
        return name.Length is 0 or > 64 || name.Contains(' ') ? null : (index, name, flags + 3);
    }

    // "2: eth0    inet 10.0.0.1/24 brd … scope global eth0"
    private static bool IsOneLineAddress(string line)
    {
        if (line.Length < 8 || !char.IsAsciiDigit(line[0]))
        {
            return false;
        }

        var words = new Words(line.Length > 200 ? line[..200] : line);
        return words[0].EndsWith(':') && Words.Number(words[0][..^1]) is not null && words[2] is "inet" or "inet6" && AddressText.Prefix(words[3]) is not null;
    }

    private sealed class State(Findings findings)
    {
        private LinkDraft? link;
        private TextLine? heading;
        private bool inVirtualFunction;
        private bool counted;

        public void Take(TextLine line)
        {
            var text = line.Text;
            if (string.IsNullOrWhiteSpace(text))
            {
                return;
            }

            if (HeaderName(text) is { } header)
            {
                Flush();
                link = Begin(header, line);
                return;
            }

            if (IsOneLineAddress(text))
            {
                Flush();
                var words = new Words(text);
                Address(words, 2, words[1], line);
                return;
            }

            Detail(line, text.Trim());
        }

        public void Flush()
        {
            if (heading is { } cut && link is not null)
            {
                findings.Gap(cut.Number, GapKind.Truncated, $"{link.Name}: no values below {Findings.Quote(cut.Text)}");
            }

            if (link is not null)
            {
                findings.Add(link.ToFact(findings));
            }

            (link, heading, inVirtualFunction, counted) = (null, null, false, false);
        }

        private static LinkDraft Begin((int Index, string Name, int FlagsAt) header, TextLine line)
        {
            var draft = LinkDraft.Named(header.Name, line.Number);
            draft.Index = header.Index;
            var end = line.Text.IndexOf('>', header.FlagsAt);
            draft.Flags(line.Text[header.FlagsAt..end], "LOWER_UP");
            var words = new Words(line.Text[(end + 1)..]);
            draft.Mtu = words.NumberAfter("mtu");
            draft.Qdisc = words.After("qdisc");
            draft.Master = words.After("master");
            Peer(draft, words);
            return draft;
        }

        private void Detail(TextLine line, string text)
        {
            if (heading is { } columns)
            {
                heading = null;
                if (link is not null && !inVirtualFunction)
                {
                    if (!counted)
                    {
                        findings.Section(columns.Number, link.Name, "Link", omitsZeros: false);
                        counted = true;
                    }

                    LinkStatistics.Read(columns, line, link.Name, findings);
                }

                return;
            }

            if (LinkStatistics.IsHeading(text))
            {
                heading = line;
                return;
            }

            var words = new Words(text);
            if (link is null)
            {
                // "valid_lft" follows the address on the same line in -o form.
                if (words[0] != "valid_lft")
                {
                    findings.NotUnderstood(line.Number, text, "ip link");
                }

                return;
            }

            Attribute(link, line, words, text);
        }

        private void Attribute(LinkDraft draft, TextLine line, Words words, string text)
        {
            switch (words[0])
            {
                case "inet" or "inet6":
                    Address(words, 0, draft.Name, line);
                    break;
                case "valid_lft" or "altname" or "alias" or "promiscuity" or "minmtu" or "parentbus" or "parentdev" or "prog/xdp" or "xdp" or "portname"
                    or "portid" or "switchid" or "info:" or "offload_stats" or "TX" or "RX" or "link-netnsid" or "link-netns" or "wrong" or "vfinfo" or "protodown":
                    Peer(draft, words);
                    break;
                case "vf":
                    inVirtualFunction = true;
                    break;
                case var first when first.StartsWith("link/", StringComparison.Ordinal):
                    LinkType(draft, first[5..], words);
                    break;
                // "bridge -d link" has no word before them.
                case "bridge_slave" or "hairpin":
                    if (words.After("hairpin") is { } hairpin)
                    {
                        findings.Add(new DeviceSetting(findings.On(draft.Name), findings.From(line.Number), "bridge", "hairpin", hairpin));
                    }

                    break;
                case var first when first.EndsWith("_slave", StringComparison.Ordinal):
                    break;
                case var first when char.IsWhiteSpace(line.Text[0]) && inVirtualFunction && first is "query_rss" or "rate" or "max_tx_rate" or "link-state":
                    break;
                default:
                    KindOrUnknown(draft, line, words, text);
                    break;
            }
        }

        private void KindOrUnknown(LinkDraft draft, TextLine line, Words words, string text)
        {
            if (LinkKinds.Of(words) is not { } kind)
            {
                findings.NotUnderstood(line.Number, text, $"ip link, device {draft.Name}");
                return;
            }

            draft.Kind = kind;
            draft.Tunnel = LinkKinds.Tunnel(kind, words) ?? draft.Tunnel;
        }

        private static void LinkType(LinkDraft draft, string type, Words words)
        {
            Peer(draft, words);
            if (type is "ether" or "loopback" or "infiniband" or "ieee802.11")
            {
                draft.Mac = AddressText.Mac(words[1]);
                return;
            }

            draft.Kind ??= LinkKinds.OfLinkType(type, draft.Name);
            if (LinkKinds.IsTunnel(draft.Kind))
            {
                draft.Tunnel ??= LinkKinds.Outer(words[1], words.After("peer"));
            }
        }

        private static void Peer(LinkDraft draft, Words words) =>
            draft.PeerNetns = words.After("link-netns") ?? words.After("link-netnsid") ?? draft.PeerNetns;

        // "inet 10.0.0.1 peer 10.0.0.2/32 scope global ppp0": the length is behind the peer.
        private void Address(Words words, int at, string device, TextLine line)
        {
            var peer = words[at + 2] == "peer" ? AddressText.Prefix(words[at + 3]) : null;
            if (AddressText.Prefix(words[at + 1]) is { } own)
            {
                var name = device.IndexOf('@') is var cut and > 0 ? device[..cut] : device;
                findings.Add(new InterfaceAddress(findings.On(name), findings.From(line.Number), own.Address, peer?.Length ?? own.Length));
                return;
            }

            findings.Gap(line.Number, GapKind.Malformed, $"{device}: no address in {Findings.Quote(line.Text)}");
        }
    }
}
