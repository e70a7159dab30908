using System.Net;

namespace Whydrop.Readers.Firewall;

/// <summary>A rule while its words are read.</summary>
internal sealed class RuleDraft
{
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal)
    {
        "accept", "drop", "reject", "dnat", "snat", "masquerade", "redirect", "jump", "goto", "return", "queue",
    };

    public string Action { get; private set; } = "none";

    public string? Target { get; set; }

    public List<IPNetwork> Sources { get; } = [];

    public List<IPNetwork> Destinations { get; } = [];

    public string? Protocol { get; private set; }

    public List<(int First, int Last)> SourcePorts { get; } = [];

    public List<(int First, int Last)> DestinationPorts { get; } = [];

    public string? InputDevice { get; private set; }

    public string? OutputDevice { get; private set; }

    public List<string> ConntrackStates { get; } = [];

    public List<IPEndPoint> Translations { get; } = [];

    public (int First, int Last)? TranslatedPorts { get; set; }

    public string? RejectWith { get; set; }

    public bool MatchesMore { get; set; }

    /// <summary>Packets counted by the rule itself.</summary>
    public long? Packets { get; set; }

    /// <summary>Name of a counter that stands beside the rules and that this rule counts on.</summary>
    public string? NamedCounter { get; set; }

    /// <summary>A rule may do several things; what ends its packet's way decides, else the first.</summary>
    public void Does(string action)
    {
        if (Final.Contains(action) || Action == "none" || (Action == "log" && action != "log" && !Final.Contains(Action)))
        {
            Action = action;
        }
    }

    /// <summary>The rule demands a protocol; two that differ are met by no packet, which these properties do not tell.</summary>
    public void Demand(string protocol)
    {
        MatchesMore |= Protocol is not null && Protocol != protocol;
        Protocol ??= protocol;
    }

    /// <summary>The rule demands one device; a pattern or a second device is not kept.</summary>
    public void DemandDevice(bool incoming, string name)
    {
        var demanded = incoming ? InputDevice : OutputDevice;
        if (name.Length == 0 || name.Contains('*') || name.EndsWith('+') || demanded is not null)
        {
            MatchesMore |= demanded != name;
        }
        else if (incoming)
        {
            InputDevice = name;
        }
        else
        {
            OutputDevice = name;
        }
    }

    /// <summary>Keeps what a list of alternatives demands; a second list for the same field, or an empty one, is not kept.</summary>
    public void Demand<T>(List<T> kept, IReadOnlyCollection<T>? demanded)
    {
        if (demanded is null || demanded.Count == 0 || kept.Count > 0)
        {
            MatchesMore = true;
        }
        else
        {
            kept.AddRange(demanded);
        }
    }
}
