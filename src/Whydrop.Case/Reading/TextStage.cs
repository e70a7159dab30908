using Whydrop.Case.Opening;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Stack;
using Whydrop.Readers;
using Whydrop.Readers.Text;

namespace Whydrop.Case.Reading;

/// <summary>Reads one text file through the readers.</summary>
internal static class TextStage
{
    public static ReadFile Read(CaseEntry entry, VantagePoint at)
    {
        try
        {
            using var stream = Decompression.Open(entry.PhysicalPath, entry.Kind);
            var text = TextFile.Read(entry.Path, stream);
            var result = ReaderCatalogue.Read(text, at);
            Fact[] facts = [.. result.Facts, .. result.Gaps];
            var known = result.Facts.Count > 0 || (result.Recognised && result.Gaps.All(g => g.Minor));
            return new ReadFile(entry, known ? CaseFileKind.Text : CaseFileKind.Unrecognised, at, facts, Words(result.Facts)) { Tool = ReaderCatalogue.For(text.Sample)?.Id };
        }
        catch (InvalidDataException e)
        {
            return Unread(entry, at, GapKind.Malformed, $"its compression is damaged: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Unread(entry, at, GapKind.Unreadable, e.Message.ReplaceLineEndings(" "));
        }
    }

    public static ReadFile Unread(CaseEntry entry, VantagePoint at, GapKind kind, string reason) =>
        new(entry, CaseFileKind.Unrecognised, at, [new Gap(at, new Provenance(entry.Path), kind, reason)], reason);

    private static string Words(IReadOnlyList<Fact> facts)
    {
        var words = facts.Where(f => f is not CounterSection).GroupBy(f => f switch
        {
            Counter => "counter",
            CounterDelta => "counter growth",
            NetworkInterface => "interface",
            InterfaceAddress => "address",
            Route => "route",
            RoutingRule => "routing rule",
            Neighbour => "neighbour",
            Sysctl => "setting",
            CgroupSetting => "control group setting",
            Pressure => "pressure",
            LogEvent => "log event",
            BootTime => "time of boot",
            DeviceSetting => "device setting",
            QueueDiscipline => "queueing discipline",
            SocketState => "socket",
            ConntrackEntry => "conntrack entry",
            FirewallChain => "firewall chain",
            FirewallRule => "firewall rule",
            VirtualServer => "IPVS server",
            Pod => "pod",
            ClusterNode => "node",
            ClusterService => "service",
            ServiceEndpoint => "endpoint",
            ClusterEvent => "cluster event",
            CniSetting => "pod network setting",
            _ => f.GetType().Name,
        }).Select(g => $"{g.Count()} × {g.Key}");
        return string.Join(", ", words) is { Length: > 0 } some ? some : "nothing known in it";
    }
}
