using Whydrop.Evidence;
using Whydrop.Readers.Captures;
using Whydrop.Readers.Cluster;
using Whydrop.Readers.Conntrack;
using Whydrop.Readers.ControlGroups;
using Whydrop.Readers.Counters;
using Whydrop.Readers.Firewall;
using Whydrop.Readers.Devices;
using Whydrop.Readers.Interfaces;
using Whydrop.Readers.Load;
using Whydrop.Readers.Logs;
using Whydrop.Readers.Neighbours;
using Whydrop.Readers.Queueing;
using Whydrop.Readers.Routing;
using Whydrop.Readers.Settings;
using Whydrop.Readers.Sockets;
using Whydrop.Readers.Text;
using Whydrop.Readers.Windows;

namespace Whydrop.Readers;

/// <summary>All readers, and the way from a text of unknown kind to facts.</summary>
public static class ReaderCatalogue
{
    private const int MostSectionGaps = 32;

    /// <summary>Every reader.</summary>
    public static IReadOnlyList<Reader> All { get; } =
    [
        new TcpdumpReportReader(),
        new NetstatStatisticsReader(),
        new WindowsStatisticsReader(),
        new NetTcpSettingReader(),
        new NetshTcpReader(),
        new NstatJsonReader(),
        new NstatReader(),
        new ProcNetSnmp6Reader(),
        new ProcNetSnmpReader(),
        new IfconfigReader(),
        new IpBriefReader(),
        new IpLinkJsonReader(),
        new IpLinkReader(),
        new NetstatInterfaceReader(),
        new ProcNetDevReader(),
        new ArpReader(),
        new IpNeighJsonReader(),
        new IpNeighReader(),
        new BridgeFdbJsonReader(),
        new BridgeFdbReader(),
        new TcQdiscJsonReader(),
        new TcQdiscReader(),
        new TcClassReader(),
        new TcFilterReader(),
        new EthtoolReader(),
        new IpRouteJsonReader(),
        new IpRouteReader(),
        new RouteMonitorReader(),
        new IpRuleJsonReader(),
        new IpRuleReader(),
        new RouteTableReader(),
        new SockstatReader(),
        new SocketSummaryReader(),
        new SoftnetReader(),
        new ControlGroupReader(),
        new PressureReader(),
        new LogReader(),
        new ProcStatReader(),
        new LogJsonReader(),
        new SysctlFileReader(),
        new SysctlReader(),
        new SsReader(),
        new NetstatSocketReader(),
        new ProcNetTcpReader(),
        new ConntrackReader(),
        new ConntrackStatisticsReader(),
        new ProcNetStatConntrackReader(),
        new ConntrackCountReader(),
        new NftJsonReader(),
        new NftReader(),
        new IptablesSaveReader(),
        new IptablesListReader(),
        new IpvsReader(),
        new IpvsConnectionReader(),
        new SampleListReader(),
        new LoadSummaryReader(),
        new FortioJsonReader(),
        new ClusterJsonReader(),
        new ClusterYamlReader(),
        new DescribeReader(),
        new ClusterTableReader(),
    ];

    /// <summary>The reader most certain of a sample; null when none knows it.</summary>
    public static Reader? For(in TextSample sample)
    {
        Reader? best = null;
        var most = 0;
        foreach (var reader in All)
        {
            var certainty = sample.Lines.Count == 0 ? 0 : reader.Recognise(sample);
            if (certainty > most)
            {
                (best, most) = (reader, certainty);
            }
        }

        return best;
    }

    /// <summary>
    /// Reads a text that may hold several outputs one after another. Each is recognised by itself; what is not recognised is a gap.
    /// A command line in the text that names a namespace, pod or host ("ip netns exec X ip a") overrides that part of <paramref name="at"/> for its output.
    /// </summary>
    public static ReadResult Read(TextFile file, VantagePoint at)
    {
        var facts = new List<Fact>();
        var gaps = new List<Gap>();
        var unknown = new List<Section>();
        var recognised = false;
        foreach (var section in SectionSplitter.Split(file, All))
        {
            if (For(section.Content.Sample) is not { } reader)
            {
                if (section.Command is not { SaysNothing: true } && !IsRemark(section))
                {
                    unknown.Add(section);
                }

                continue;
            }

            recognised = true;
            var result = reader.Read(section.Content, Place(at, section.Command));
            facts.AddRange(result.Facts);
            gaps.AddRange(result.Gaps);
        }

        gaps.AddRange(Unrecognised(file, at.Stack, unknown, recognised));
        if (file.CutAt is { } cut)
        {
            gaps.Add(new Gap(at.Stack, new Provenance(file.Path, cut), GapKind.Limited, $"the text is not read beyond {TextFile.MostBytes >> 20} MiB, {TextFile.MostLines} lines or {TextFile.MostLineCharacters} characters of a line"));
        }

        return new ReadResult(facts, gaps) { Recognised = recognised };
    }

    // Remarks between outputs are no evidence, and so no gap.
    private static bool IsRemark(Section section) => section.Content.Lines.All(l => l.Text.Length == 0 || l.Text[0] == '#' || string.IsNullOrWhiteSpace(l.Text));

    private static VantagePoint Place(VantagePoint at, CommandLine? command) => command switch
    {
        null => at.Stack,
        { Node: { } node } => new VantagePoint(node, command.Netns),
        { Netns: { } netns } => at.Stack with { Netns = netns },
        _ => at.Stack,
    };

    private static IEnumerable<Gap> Unrecognised(TextFile file, VantagePoint at, List<Section> unknown, bool recognised)
    {
        if (!recognised)
        {
            var reason = file.Lines.Count == 0 || unknown.Count == 0 ? "nothing but blank lines and remarks" : $"text of no known kind, {file.Lines.Count} lines";
            yield return new Gap(at, new Provenance(file.Path), GapKind.Unrecognised, reason);
            yield break;
        }

        foreach (var section in unknown.Take(MostSectionGaps))
        {
            var what = section.Command is { } command ? $"output of \"{string.Join(' ', command.Words)}\"" : "text";
            yield return new Gap(at, new Provenance(file.Path, section.FirstLine), GapKind.Unrecognised, $"{what} of no known kind, lines {section.FirstLine}–{section.LastLine}");
        }

        if (unknown.Count > MostSectionGaps)
        {
            yield return new Gap(at, new Provenance(file.Path, unknown[MostSectionGaps].FirstLine), GapKind.Limited, $"{unknown.Count - MostSectionGaps} more unrecognised parts are not listed");
        }
    }
}
