using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Takes a packet through the rules of a chain in their order, as the kernel does (net/netfilter/nf_tables_core.c nft_do_chain).</summary>
/// <param name="view">The case.</param>
/// <param name="from">Source of the packet.</param>
/// <param name="to">Its destination.</param>
/// <param name="state">Its conntrack state; null when not known.</param>
/// <param name="input">Device it came in by; null when not known.</param>
internal sealed class ChainWalk(CaseView view, IPEndPoint from, IPEndPoint to, string? state, string? input)
{
    // The kernel allows 16 jumps inside each other (NFT_JUMP_STACK_SIZE).
    private const int DeepestJump = 16;

    private FirewallRule? decider;

    private enum End
    {
        Falls,
        Decided,
        Unknown,
    }

    /// <summary>No rule of the chain decides, so its policy does. Unknown: a rule demands what the evidence does not hold.</summary>
    internal Answer FallsToPolicy(FirewallChain chain) => Walk(chain.At.Stack, chain.Family, chain.Table, chain.Chain, 0) switch
    {
        End.Falls => Answer.Yes,
        End.Decided => Answer.No,
        _ => Answer.Unknown,
    };

    /// <summary>The packet ends at that rule of a table, by whatever hook it comes to it. Unknown: a rule before it demands what the evidence does not hold.</summary>
    internal Answer EndsAt(FirewallRule rule)
    {
        var answers = new List<Answer>();
        foreach (var chain in view.Facts.Of<FirewallChain>().Where(c => c.Hook is not null && c.At.Stack == rule.At.Stack && c.Family == rule.Family && c.Table == rule.Table).Select(c => c.Chain).Distinct())
        {
            var end = Walk(rule.At.Stack, rule.Family, rule.Table, chain, 0);
            answers.Add(end == End.Unknown ? Answer.Unknown : end == End.Decided && decider is { } d && (d.Chain, d.Position, d.Text) == (rule.Chain, rule.Position, rule.Text) ? Answer.Yes : Answer.No);
        }

        return answers.Count == 0 ? Answer.Unknown : answers.Max();
    }

    private End Walk(VantagePoint stack, string family, string table, string chain, int depth)
    {
        if (depth > DeepestJump)
        {
            return End.Unknown;
        }

        var rules = view.Facts.Of<FirewallRule>().Where(r => r.At.Stack == stack && r.Family == family && r.Table == table && r.Chain == chain).ToArray();
        var newest = rules.GroupBy(r => r.From.Source).LastOrDefault()?.OrderBy(r => r.Position).ToArray() ?? [];
        // Without any rule it is not known whether they were read.
        if (newest.Length == 0)
        {
            return End.Unknown;
        }

        foreach (var rule in newest)
        {
            var meets = Meets(rule);
            if (meets == Answer.No || rule.Action is "none" or "log" or "mangle" or "dnat" or "snat" or "masquerade" or "redirect")
            {
                continue;
            }

            var end = rule.Action switch
            {
                "accept" or "drop" or "reject" or "queue" => End.Decided,
                "return" => End.Falls,
                "jump" or "goto" when rule.Target is { } target => Walk(stack, family, table, target, depth + 1),
                _ => End.Unknown,
            };
            if (end == End.Falls && rule.Action == "jump")
            {
                continue;
            }

            if (end == End.Decided && meets == Answer.Yes && rule.Action is not ("jump" or "goto"))
            {
                decider = rule;
            }

            return meets == Answer.Yes ? end : End.Unknown;
        }

        return End.Falls;
    }

    // A device the packet did not come in by settles it; "cali+" and "cali*" stand for all that begin so.
    private Answer Meets(FirewallRule rule)
    {
        if (rule.InputDevice is not { } demanded || input is null)
        {
            return Firewall.Meets(rule, from, to, state);
        }

        var same = demanded[^1] is '+' or '*' ? input.StartsWith(demanded[..^1], StringComparison.Ordinal) : input == demanded;
        return same ? Firewall.Meets(rule with { InputDevice = null }, from, to, state) : Answer.No;
    }
}
