using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Tests;

/// <summary>Connections as faults see them: attempts, resets, silences, rules, counters.</summary>
public class ConnectionViewTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("10.244.2.9"), 40000);
    private static readonly IPEndPoint Server = new(IPAddress.Parse("10.244.1.5"), 8080);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 3)]
    public void A_syn_without_an_answer_fails_when_it_was_sent_again(int syns, int outcome)
    {
        var attempt = Assert.Single(new CaseView(Opening(syns).Set).Attempts);
        Assert.Equal(syns >= 2, attempt.Failed);
        Assert.Equal(Math.Max(1, syns), attempt.SynTimes.Count);
        Assert.Equal(outcome == 3, attempt.Outcome == AttemptOutcome.Unanswered);
    }

    [Fact]
    public void An_icmp_error_answers_the_syn_it_quotes_and_no_other()
    {
        var quoting = new IcmpError(
            Facts.NodeEth0, new Provenance("a.pcap", null, 9), 0, 4, 3, 13, Server.Address, Client.Address, null, Client, Server, 6, 7000, 60, Facts.Seconds(1));
        Assert.Equal(AttemptOutcome.IcmpError, new CaseView(Opening(1).Add(quoting).Set).Attempts[0].Outcome);
        Assert.Equal(AttemptOutcome.Unknown, new CaseView(Opening(1).Add(quoting with { QuotedSequence = 1 }).Set).Attempts[0].Outcome);
        Assert.Equal(AttemptOutcome.Unknown, new CaseView(Opening(1).Add(quoting with { Code = 4 }).Set).Attempts[0].Outcome);
    }

    [Theory]
    [InlineData(5, 5, Answer.Yes)]
    [InlineData(5, 7, Answer.Yes)]
    [InlineData(5, 50, Answer.Unknown)]
    [InlineData(5, 0, Answer.No)]
    public void A_counter_accounts_for_events_when_it_grew_by_as_many(long events, long grown, Answer answer) => Assert.Equal(answer, Counted.Tells(grown, events));

    [Fact]
    public void A_rule_is_met_as_far_as_it_is_known()
    {
        var rule = new FirewallRule(new VantagePoint("node-a"), new Provenance("nft.txt", 3), "ip", "filter", "forward", 1, "", "drop", null, null)
        {
            Destinations = [IPNetwork.Parse("10.244.1.0/24")], DestinationPorts = [(8000, 8090)], Protocol = "tcp",
        };
        Assert.Equal(Answer.Yes, Firewall.Meets(rule, Client, Server, "new"));
        Assert.Equal(Answer.No, Firewall.Meets(rule, Server, Client, "new"));
        Assert.Equal(Answer.No, Firewall.Meets(rule with { Family = "ip6" }, Client, Server, "new"));
        Assert.Equal(Answer.Unknown, Firewall.Meets(rule with { MatchesMore = true }, Client, Server, "new"));
        Assert.Equal(Answer.No, Firewall.Meets(rule with { MatchesMore = true, Protocol = "udp" }, Client, Server, "new"));
        Assert.Equal(Answer.Unknown, Firewall.Meets(rule with { ConntrackStates = ["new"] }, Client, Server, null));
    }

    [Fact]
    public void What_nobody_explains_is_named()
    {
        var diagnosis = Diagnose.Run(Opening(4).Set);
        Assert.Equal((Outcome.Inconclusive, 1L, 1L), (diagnosis.Outcome, diagnosis.ConnectionsInTrouble, diagnosis.UnexplainedConnections));
        Assert.Contains("1 not opened", diagnosis.OutcomeReason, StringComparison.Ordinal);
        Weakening.Check(Opening(4).Set);
    }

    [Fact]
    public void What_only_the_packets_join_keeps_its_place_between_what_was_compared()
    {
        // The middle place did not see the SYN-ACK, and nobody compared it with the server.
        VantagePoint pod = new("client", null, "eth0"), leaf = new("leaf", null, "up"), server = new("server", null, "eth0");
        var there = new Facts().Flow(0, pod, 4, 400).Set.Of<TcpFlow>()[0];
        TcpFlow Seen(VantagePoint at, int capture, int ttl) => there with { At = at, Capture = capture, FromClient = there.FromClient with { Ttl = (byte)ttl } };
        var between = Seen(leaf, 1, 62) with { FromServer = there.FromServer with { InitialSequence = null }, HandshakeRtt = null };
        var view = new CaseView(new Facts().Capture(0, pod).Capture(1, leaf).Capture(2, server).Add(there, between, Seen(server, 2, 60)).Paired(0, pod, 1, leaf, translated: false).Set);
        var trail = Assert.Single(view.Trails);
        Assert.Equal([pod, leaf, server], trail.Flows.Select(f => f.At));
        Assert.Equal([2, 1, 0], view.Connections.FromSender(trail.ToClient).Select(k => k.Capture));
        Assert.Equal(2, view.Connections.NearestToSender(trail.ToClient).Capture);
    }

    [Theory]
    [InlineData("10.1.0.9", "10.1.0.80", 61, 0)]
    [InlineData("10.1.0.9", "10.1.0.80", 64, 1)]
    [InlineData("fd00::9", "fd00::80", 61, 1)]
    public void What_may_have_come_another_way_under_another_identification_is_no_copy(string client, string server, byte ttl, int copied)
    {
        VantagePoint near = new("node-a", null, "eth0"), far = new("node-b", null, "eth0");
        var seen = new Facts().Flow(0, near, 4, 400, client: client, server: server).Set.Of<TcpFlow>()[0];
        var facts = new Facts().Capture(0, near).Add(seen with { FromClient = seen.FromClient with { Ttl = ttl } }).Capture(1, far).Flow(1, far, 8, 800, client: client, server: server)
            .Paired(0, near, 1, far, translated: false).Lost(1, far, 100, 100, 152, 2, never: false, fate: Fate.RetransmittedNeedlessly);
        Assert.Equal(copied, Disorder.Find(new CaseView(facts.Set), Fate.Duplicated).Sum(d => d.Odd.Count));
    }

    private static Facts Opening(int syns)
    {
        var facts = new Facts().Capture(0, Facts.NodeEth0);
        var silent = new TcpSender(0, 0, 0, 0, null, null, null, false, null, 0, 0, null, null, null, new Dictionary<string, long>(), false, null);
        facts.Add(new TcpFlow(
            Facts.NodeEth0, new Provenance("a.pcap", null, 1), 0, 0, Client, Server, null, Facts.Seconds(0), Facts.Seconds(syns), syns,
            silent with { InitialSequence = 7000, Ttl = 64 }, silent, false, null));
        return facts.Add(Enumerable.Range(1, syns).Select(n => new ControlSegment(
            Facts.NodeEth0, new Provenance("a.pcap", null, n), 0, 0, true, ControlKind.Syn, n, false, 7000, 0, 64240, 0, 64, null, 1, true, true, false, Facts.Seconds(n))));
    }
}
