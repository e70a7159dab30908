using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>"ip -br link" and "ip -br addr". They print no MTU, and "ip -br addr" no flags.</summary>
public sealed class IpBriefReader : EntryReader
{
    // Operational states, RFC 2863, as ip/ipaddress.c spells them.
    private static readonly HashSet<string> States = new(StringComparer.Ordinal)
    {
        "UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP",
    };

    /// <inheritdoc />
    public override string Id => "ip-brief";

    /// <inheritdoc />
    public override string Reads => "ip -br link | addr: devices and addresses";

    private protected override string Output => "ip -br";

    private protected override void Read(TextLine line, Words words, Findings findings)
    {
        var link = LinkDraft.Named(words[0], line.Number);
        var flags = words.Last;
        if (flags.StartsWith('<') && flags.EndsWith('>'))
        {
            link.Flags(flags[1..^1], "LOWER_UP");
            link.Mac = words.Count > 3 ? AddressText.Mac(words[2]) : null;
        }
        else if (words[1] == "UP")
        {
            (link.Up, link.Carrier) = (true, true);
        }

        findings.Add(link.ToFact(findings));
        for (var i = 2; i < words.Count; i++)
        {
            if (words[i].Contains('/') && AddressText.Prefix(words[i]) is { } address)
            {
                findings.Add(new InterfaceAddress(findings.On(link.Name), findings.From(line.Number), address.Address, address.Length));
            }
        }
    }

    // "eth0@if7   UP   10.0.0.1/24 fe80::1/64", "eth0  UP  02:… <BROADCAST,UP>"
    private protected override bool IsEntry(string line)
    {
        if (line.Length is < 6 or > 4000 || char.IsWhiteSpace(line[0]))
        {
            return false;
        }

        var words = new Words(line);
        if (!States.Contains(words[1]) || words[0].Length > 48 || words[0].AsSpan().ContainsAny(':', '/'))
        {
            return false;
        }

        return words.Count == 2 ? line.EndsWith(' ') || words[1] != "UP"
            : words[2].StartsWith('<') || AddressText.Mac(words[2]) is not null || AddressText.Prefix(words[2]) is not null;
    }
}
