using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Tests.Corpus;

/// <summary>
/// Our observations against tshark 4.0's counts, file by file. differences.tsv lists every difference with its reason: one that is not
/// listed fails, and so does a listed one that is gone or has other numbers.
/// </summary>
public class WiresharkAgreement
{
    private static readonly (string Column, Observation Observation)[] Columns =
    [
        ("ta_retrans", Observation.Retransmission), ("ta_fast_retrans", Observation.FastRetransmission), ("ta_spurious", Observation.SpuriousRetransmission),
        ("ta_ooo", Observation.OutOfOrder), ("ta_lost_seg", Observation.PreviousSegmentNotCaptured), ("ta_ack_lost", Observation.AckedUnseenSegment),
        ("ta_dup_ack", Observation.DuplicateAck), ("ta_zero_win", Observation.ZeroWindow), ("ta_win_full", Observation.WindowFull),
        ("ta_keep_alive", Observation.KeepAlive), ("ta_zw_probe", Observation.ZeroWindowProbe), ("ta_reused_ports", Observation.PortReused),
        ("ta_rst", Observation.Reset),
    ];

    [CorpusFact]
    public void Differences_are_known_and_explained()
    {
        var found = Compare().Order(StringComparer.Ordinal).ToList();
        var listed = Listed();
        var unlisted = found.Except(listed.Keys, StringComparer.Ordinal).ToList();
        var stale = listed.Keys.Except(found, StringComparer.Ordinal).ToList();

        Assert.True(unlisted.Count == 0 && stale.Count == 0, $"not listed:\n{string.Join('\n', unlisted)}\nstale:\n{string.Join('\n', stale)}");
        Assert.All(listed.Values, reason => Assert.False(string.IsNullOrWhiteSpace(reason)));
    }

    [CorpusFact]
    public void Clean_captures_have_no_loss()
    {
        foreach (var row in Index().Where(r => r["tags"].Split(',').Contains("clean") && r["ta_retrans"].Length > 0))
        {
            using var file = CaptureFile.Open(Path.Combine(CorpusFolder.Path!, row["path"]));
            using var analysis = TcpAnalysis.Run(file);
            var lost = analysis.Facts("x", 0, _ => VantagePoint.Unknown).OfType<SegmentFate>().Where(f => f.Fate is Fate.LostAfter or Fate.LostBefore).ToList();
            Assert.True(lost.Count == 0, $"{row["path"]}: {lost.FirstOrDefault()}");
        }
    }

    [CorpusFact]
    public void Every_capture_is_analysed_to_its_end_and_its_ledger_is_whole()
    {
        foreach (var row in Index())
        {
            var path = Path.Combine(CorpusFolder.Path!, row["path"]);
            CaptureFile file;
            try
            {
                file = CaptureFile.Open(path);
            }
            catch (CaptureException)
            {
                continue; // Not a capture format that is read; the capture room tests which.
            }

            using (file)
            using (var analysis = TcpAnalysis.Run(file))
            {
                var facts = analysis.Facts("x", 0, _ => VantagePoint.Unknown).ToList();
                Assert.All(facts.OfType<FateTally>(), t => Assert.True(t.Segments >= 0 && t.Bytes >= 0 && t.UniqueBytes >= 0, $"{row["path"]}: {t}"));
                Assert.NotNull(file.Ending);
                Assert.True(file.Ending!.Kind == CaptureEndingKind.Complete || facts.OfType<Gap>().Any(), row["path"]);
            }
        }
    }

    private static IEnumerable<string> Compare()
    {
        foreach (var row in Index().Where(r => r["ta_retrans"].Length > 0))
        {
            using var file = CaptureFile.Open(Path.Combine(CorpusFolder.Path!, row["path"]));
            using var analysis = TcpAnalysis.Run(file);
            var flows = Enumerable.Range(0, analysis.FlowCount).Select(analysis.Flow).ToList();
            if (flows.Count != long.Parse(row["tcp_streams"]))
            {
                yield return $"{row["path"]}\ttcp_streams\t{flows.Count}\t{row["tcp_streams"]}";
            }

            foreach (var (column, observation) in Columns)
            {
                var ours = flows.Sum(f => f.FromClient.Count(observation) + f.FromServer.Count(observation));
                if (ours != long.Parse(row[column]))
                {
                    yield return $"{row["path"]}\t{column}\t{ours}\t{row[column]}";
                }
            }
        }
    }

    private static Dictionary<string, string> Listed() => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", "differences.tsv"))
        .Skip(1)
        .Where(l => l.Length > 0)
        .Select(l => l.Split('\t'))
        .ToDictionary(c => string.Join('\t', c[..4]), c => c.Length > 4 ? c[4] : "", StringComparer.Ordinal);

    private static IEnumerable<Dictionary<string, string>> Index()
    {
        var lines = File.ReadAllLines(Path.Combine(CorpusFolder.Path!, "INDEX.tsv"));
        var head = lines[0].Split('\t');
        return lines.Skip(1)
            .Select(l => head.Zip(l.Split('\t')).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal))
            .Where(r => r["path"].StartsWith("captures/", StringComparison.Ordinal));
    }
}
