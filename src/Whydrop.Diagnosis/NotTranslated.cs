using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis;

/// <summary>Packets of translated connections that passed the translating node as they came: under the wrong one of the server's two names.</summary>
internal sealed class NotTranslated : Hypothesis
{
    private NotTranslated(CaseView view, VantagePoint? translator, IReadOnlyList<Stray> strays)
        : base(view, translator is null ? Scope.Unplaced : Scope.Of(translator))
    {
        Translator = translator;
        Strays = strays;
        Connections = strays.SelectMany(s => new[] { s.Connection, view.Connections.Direction(new FlowKey(s.Flow.Capture, s.Flow.Flow), true).Connection }).Where(c => c >= 0).ToHashSet();
    }

    /// <summary>The node that translates; null when not known.</summary>
    internal VantagePoint? Translator { get; }

    internal IReadOnlyList<Stray> Strays { get; }

    internal override bool Placed => Translator?.Node is not null;

    internal override IReadOnlySet<int> Connections { get; }

    internal override IReadOnlyList<ConnectionReset> Resets => [.. View.Resets.Where(r => Connections.Contains(r.Direction.Connection))];

    internal override IReadOnlyList<Loss> Losses => [.. View.Losses.Where(l => Connections.Contains(l.Direction.Connection))];

    internal NetworkStack? Stack => Translator is null ? null : View.Stacks.At(Translator);

    /// <summary>How long an established connection lives there without a packet; null when not collected.</summary>
    internal (TimeSpan Time, Provenance From)? Timeout => Stack?.Setting("net.netfilter.nf_conntrack_tcp_timeout_established") is { } setting
        && Stack.SettingNumbers(setting.Key) is [var seconds] && seconds is >= 0 and < int.MaxValue ? (TimeSpan.FromSeconds(seconds), setting.From) : null;

    /// <summary>By the node that translates.</summary>
    internal static IEnumerable<NotTranslated> Find(CaseView view)
    {
        var plain = view.Facts.Of<TcpFlow>().Where(f => f.FromClient.InitialSequence is not null).ToLookup(f => (f.Capture, f.At, f.Client));
        var strays = view.Facts.Of<TcpFlow>().Where(f => f.FromClient.InitialSequence is null && f.FromServer.InitialSequence is null)
            .SelectMany(f => new[] { (Flow: f, Own: f.Client, Other: f.Server), (Flow: f, Own: f.Server, Other: f.Client) })
            .SelectMany(s => plain[(s.Flow.Capture, s.Flow.At, s.Own)].Where(v => !v.Server.Equals(s.Other) && v.First < s.Flow.First).Select(v => Match(view, s.Flow, s.Other, v)))
            .OfType<Stray>().DistinctBy(s => (s.Flow.Capture, s.Flow.Flow)).ToArray();
        return strays.GroupBy(s => s.Translator).Select(g => new NotTranslated(view, g.Key, [.. g]));
    }

    /// <summary>The same end spoke, or was spoken to, under the server's other name.</summary>
    internal IEnumerable<Sighting> UnderOtherName() => Strays.Select(s =>
        Sighting.Of(true, $"{s.Flow.At}: {s.Own} and {s.Other}, a connection with {s.Usual}, {s.After} after its last packet", s.Flow.From));

    /// <summary>A RST answered what its receiver knew of no connection.</summary>
    internal IEnumerable<Sighting> Answered() => Strays.Select(s => s.Rst is { } rst ? Sighting.Of(true, $"{s.Flow.At}: RST to {s.Other}", rst.From) : Sighting.Unknown($"{s.Flow.At}: no RST", s.Flow.From));

    private static Stray? Match(CaseView view, TcpFlow flow, IPEndPoint other, TcpFlow usual)
    {
        var connection = view.Connections.Direction(new FlowKey(usual.Capture, usual.Flow), true).Connection;
        if (connection < 0)
        {
            return null;
        }

        var trail = view.Trails[connection].Flows;
        var entry = view.Facts.Of<ConntrackEntry>().FirstOrDefault(e => e.Protocol == "tcp" && e.Source.Equals(usual.Client)
            && ((e.Destination.Equals(usual.Server) && e.ReplySource.Equals(other)) || (e.Destination.Equals(other) && e.ReplySource.Equals(usual.Server))));
        var own = flow.Client.Equals(usual.Client) ? flow.FromClient : flow.FromServer;
        var answered = own.ResetFrame is not null && own.Segments == 0 && (flow.First <= usual.Last || !(usual.FromClient.Fin || usual.FromServer.Fin));
        if (entry is null && !answered && !trail.Any(f => f.Server.Equals(other) && f.FromClient.InitialSequence is not null))
        {
            return null;
        }

        // Two names on two devices of one namespace. On one device a pod sees both too, when what it gets is not translated.
        var at = entry?.At.Stack ?? trail.GroupBy(f => f.At.Stack).FirstOrDefault(g => g.Any(f => g.Any(o => o.At != f.At && !o.Server.Equals(f.Server))))?.Key;
        var key = new FlowKey(usual.Capture, usual.Flow);
        var silence = view.Facts.Of<Pause>().Where(p => p.Capture == key.Capture && p.Flow == key.Flow && p.Start <= flow.First && Timestamps.Add(p.Start, p.Duration) >= flow.First)
            .Select(p => (TimeSpan?)(flow.First - p.Start)).Append(usual.Last < flow.First ? flow.First - usual.Last : view.ListsSilences(key.Capture) ? TimeSpan.Zero : null).First();
        var rst = view.Facts.Of<ControlSegment>().Where(c => c.Capture == flow.Capture && c.Flow == flow.Flow && c.Kind == ControlKind.Reset).MinBy(c => c.Seen);
        return new Stray(flow, usual.Client, other, usual.Server, connection, at, silence, rst);
    }

    /// <summary>A flow under the wrong name.</summary>
    /// <param name="Flow">The flow.</param>
    /// <param name="Own">The end that it shares with the connection.</param>
    /// <param name="Other">The other end under the wrong name.</param>
    /// <param name="Usual">Its right name there.</param>
    /// <param name="Connection">The connection.</param>
    /// <param name="Translator">The node that translates; null when not known.</param>
    /// <param name="Silence">Time since the last packet under the right name; zero when less than what is listed, null when silences were not listed.</param>
    /// <param name="Rst">The first RST of the flow.</param>
    internal sealed record Stray(
        TcpFlow Flow, IPEndPoint Own, IPEndPoint Other, IPEndPoint Usual, int Connection, VantagePoint? Translator, TimeSpan? Silence, ControlSegment? Rst)
    {
        /// <summary>"3.50 s".</summary>
        internal string After => Silence is { } silence ? string.Create(null, $"{silence.TotalSeconds:0.00} s") : "an unknown time";
    }
}
