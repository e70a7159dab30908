using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Interfaces;

/// <summary>A network device while its lines are being read.</summary>
internal sealed class LinkDraft(string name, int line)
{
    public string Name { get; } = name;

    public int Line { get; } = line;

    public int? Index { get; set; }

    public int? Mtu { get; set; }

    public string? Kind { get; set; }

    public bool? Up { get; set; }

    public bool? Carrier { get; set; }

    public string? Master { get; set; }

    public string? Lower { get; set; }

    public int? PeerIndex { get; set; }

    public string? PeerNetns { get; set; }

    public TunnelSettings? Tunnel { get; set; }

    public string? Mac { get; set; }

    public string? Qdisc { get; set; }

    /// <summary>"name", "name@lower", "name@if7" (a peer in another namespace), "name@NONE".</summary>
    public static LinkDraft Named(string text, int line)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0)
        {
            return new LinkDraft(text, line);
        }

        var draft = new LinkDraft(text[..at], line);
        var other = text[(at + 1)..];
        if (other.StartsWith("if", StringComparison.Ordinal) && int.TryParse(other.AsSpan(2), out var index) && index >= 0)
        {
            draft.PeerIndex = index;
        }
        else if (other is not ("NONE" or ""))
        {
            draft.Lower = other;
        }

        return draft;
    }

    /// <summary>Flags as iproute2 and net-tools 2 print them between angle brackets.</summary>
    public void Flags(string flags, string carrierFlag)
    {
        var set = flags.Split(',');
        Up = set.Contains("UP", StringComparer.Ordinal);
        Carrier = set.Contains(carrierFlag, StringComparer.Ordinal);
    }

    public NetworkInterface ToFact(Findings findings) => new(
        findings.On(Name), findings.From(Line), Index, Mtu, Kind, Up, Carrier, Master, Lower, PeerIndex, PeerNetns, Tunnel, Mac, Qdisc);
}
