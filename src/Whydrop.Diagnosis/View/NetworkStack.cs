using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>One network namespace: its counters, settings, sockets, control group, logs and rules, as far as they were collected.</summary>
internal sealed class NetworkStack(CaseView view, VantagePoint at)
{
    internal VantagePoint At { get; } = at;

    internal Scope Scope => Scope.Of(At);

    /// <summary>Growth of a counter, "TcpExt.ListenOverflows"; null when not collected.</summary>
    internal (long Delta, Provenance From)? Delta(string name) => view.Delta(At, name);

    /// <summary>The latest reading of a counter or gauge; null when not collected.</summary>
    internal Counter? Gauge(string name) => view.Counters(At, name).LastOrDefault();

    /// <summary>A kernel setting as read in this namespace; null when not collected.</summary>
    internal Sysctl? Setting(string key) => view.Facts.Of<Sysctl>().LastOrDefault(s => s.At.Stack == At && s.Key == key);

    /// <summary>The numbers of a setting: one, or three for tcp_rmem; empty when not collected.</summary>
    internal IReadOnlyList<long> SettingNumbers(string key) => Setting(key) is { } setting
        ? [.. setting.Value.Split(' ', '\t').Select(w => long.TryParse(w, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : (long?)null).OfType<long>()]
        : [];

    internal IEnumerable<SocketState> Sockets => view.Facts.Of<SocketState>().Where(s => s.At.Stack == At);

    /// <summary>TCP sockets that listen there, as last listed.</summary>
    internal IEnumerable<SocketState> Listeners => Latest(ListingKind.Listeners, Sockets.Where(s => s.Protocol.StartsWith("tcp", StringComparison.Ordinal) && s.State == "LISTEN"));

    /// <summary>Files that list all of a kind there, those of the last moment.</summary>
    internal IReadOnlyList<Listing> LastListings(ListingKind kind)
    {
        var all = view.Facts.Of<Listing>().Where(l => l.At == At && l.Kind == kind).ToArray();
        return all.Length == 0 ? [] : [.. all.Where(l => l.Moment == all.Max(o => o.Moment))];
    }

    /// <summary>Facts of a kind as last listed; all of them where no order is known.</summary>
    internal IEnumerable<T> Latest<T>(ListingKind kind, IEnumerable<T> facts) where T : Fact
    {
        var last = LastListings(kind).Select(l => l.From.Source).ToHashSet(StringComparer.Ordinal);
        return last.Count == 0 ? facts : facts.Where(f => last.Contains(f.From.Source));
    }

    /// <summary>Listeners on that port, on whatever address.</summary>
    internal IEnumerable<SocketState> ListenersOn(int port) => Listeners.Where(s => s.Local.Port == port);

    /// <summary>Listeners that take a connection to that address and port. One on :: takes IPv4 too (net.ipv6.bindv6only=0).</summary>
    internal IEnumerable<SocketState> ListenersFor(IPEndPoint end) => ListenersOn(end.Port).Where(s =>
        Ends.Same(s.Local.Address, end.Address) || s.Local.Address.Equals(IPAddress.IPv6Any)
        || (s.Local.Address.Equals(IPAddress.Any) && (end.AddressFamily == AddressFamily.InterNetwork || end.Address.IsIPv4MappedToIPv6)));

    /// <summary>Something listens there, as last listed. No: listeners were listed, none takes it. Unknown: they were not listed.</summary>
    internal Answer Listens(IPEndPoint end) => !Listeners.Any() && LastListings(ListingKind.Listeners).Count == 0 ? Answer.Unknown : ListenersFor(end).Any() ? Answer.Yes : Answer.No;

    /// <summary>The socket of one connection; null when not listed.</summary>
    internal SocketState? Socket(IPEndPoint local, IPEndPoint peer) => Sockets.LastOrDefault(s => Ends.Same(s.Local, local) && Ends.Same(s.Peer, peer));

    /// <summary>A control group setting of what runs there: "cpu.max". Of a namespace by itself, else of its node with the namespace named in its path.</summary>
    internal IEnumerable<CgroupSetting> Cgroup(string key) => view.Facts.Of<CgroupSetting>().Where(c => c.Key == key && c.At.Stack == At);

    /// <summary>Log lines of the node it lies in, of those kinds.</summary>
    internal IEnumerable<LogEvent> Logs(params IReadOnlyList<string> kinds) => view.Facts.Of<LogEvent>().Where(e => e.At.Node == At.Node && kinds.Contains(e.Kind));

    /// <summary>The same, within a time of a moment; lines whose time cannot be placed are left out.</summary>
    internal IEnumerable<LogEvent> LogsNear(Timestamp moment, TimeSpan within, params IReadOnlyList<string> kinds) =>
        Logs(kinds).Where(e => e.Time is { } time && (time - moment).Duration() <= within);

    internal IEnumerable<FirewallRule> Rules => view.Facts.Of<FirewallRule>().Where(r => r.At.Stack == At);

    internal IEnumerable<FirewallChain> Chains => view.Facts.Of<FirewallChain>().Where(c => c.At.Stack == At);

    /// <summary>Whether a counter's growth there accounts for that many events: <see cref="Counted"/>.</summary>
    internal Sighting Accounts(string name, long events, string what) => Counted.Accounts(view, At, name, events, what);
}
