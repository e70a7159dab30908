using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>One rule of nft or iptables.</summary>
/// <param name="Family">"ip", "ip6", "inet", "bridge", "netdev".</param>
/// <param name="Table">Table name.</param>
/// <param name="Chain">Chain it stands in.</param>
/// <param name="Position">Place in the chain, from 1.</param>
/// <param name="Text">The rule as printed, without its counter.</param>
/// <param name="Action">"accept", "drop", "reject", "dnat", "snat", "masquerade", "redirect", "jump", "goto", "return", "log", "queue", "mangle" (changes the packet), "other"; "none" for a rule that only counts.</param>
/// <param name="Counter">Name under which its packet count appears as <see cref="Evidence.Stack.Counter"/> and <see cref="CounterDelta"/>; null when it has none.</param>
/// <param name="Packets">Packets counted; null without counter.</param>
public sealed record FirewallRule(
    VantagePoint At, Provenance From, string Family, string Table, string Chain, int Position, string Text, string Action, string? Counter, long? Packets) : Fact(At, From)
{
    /// <summary>Chain of a jump or goto.</summary>
    public string? Target { get; init; }

    /// <summary>Source prefixes it demands; empty for any.</summary>
    public IReadOnlyList<IPNetwork> Sources { get; init; } = [];

    /// <summary>Destination prefixes it demands; empty for any.</summary>
    public IReadOnlyList<IPNetwork> Destinations { get; init; } = [];

    /// <summary>"tcp", "udp", "icmp", …; null for any.</summary>
    public string? Protocol { get; init; }

    /// <summary>Source ports (first, last), both included; empty for any.</summary>
    public IReadOnlyList<(int First, int Last)> SourcePorts { get; init; } = [];

    /// <summary>Destination ports (first, last), both included; empty for any.</summary>
    public IReadOnlyList<(int First, int Last)> DestinationPorts { get; init; } = [];

    /// <summary>Incoming device it demands; null for any.</summary>
    public string? InputDevice { get; init; }

    /// <summary>Outgoing device it demands; null for any.</summary>
    public string? OutputDevice { get; init; }

    /// <summary>Conntrack states it demands ("new", "invalid", "established", …); empty for any.</summary>
    public IReadOnlyList<string> ConntrackStates { get; init; } = [];

    /// <summary>Where dnat or snat sends to: addresses with port (0 for unchanged), several for a map.</summary>
    public IReadOnlyList<IPEndPoint> Translations { get; init; } = [];

    /// <summary>Port range of snat or masquerade; null when not given.</summary>
    public (int First, int Last)? TranslatedPorts { get; init; }

    /// <summary>What a reject answers with: "tcp reset", "icmp port-unreachable", …</summary>
    public string? RejectWith { get; init; }

    /// <summary>It matches something the properties above do not hold (rate, set, hash, payload, negation …): they alone do not tell whether a packet meets it.</summary>
    public bool MatchesMore { get; init; }
}
