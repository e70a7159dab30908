namespace Whydrop.Evidence.Stack;

/// <summary>One chain of nft or iptables.</summary>
/// <param name="Family">"ip", "ip6", "inet", "bridge", "netdev".</param>
/// <param name="Table">Table name.</param>
/// <param name="Chain">Chain name.</param>
/// <param name="Hook">"prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"; null for a chain that is only jumped to.</param>
/// <param name="Policy">"accept" or "drop"; null when it has none.</param>
/// <param name="Priority">Priority of the hook, lower first; null when not printed.</param>
public sealed record FirewallChain(VantagePoint At, Provenance From, string Family, string Table, string Chain, string? Hook, string? Policy, int? Priority) : Fact(At, From)
{
    /// <summary>Name under which the packets that fell to the policy appear as <see cref="Evidence.Stack.Counter"/> and <see cref="CounterDelta"/>; null when they are not counted (nft).</summary>
    public string? Counter { get; init; }

    /// <summary>Packets that fell to the policy; null when they are not counted.</summary>
    public long? Packets { get; init; }
}
