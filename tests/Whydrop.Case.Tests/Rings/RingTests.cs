using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys;

namespace Whydrop.Case.Tests.Rings;

/// <summary>The files of one rotating capture are one capture: the same facts as of the capture in one file, each told with the file and the frame that show it.</summary>
public class RingTests
{
    private static readonly CaptureSplit[] Captures = [.. Directory.GetFiles(Path.Combine(Root(), "examples/tunnel-mtu"), "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(p => new CaptureSplit(p))];

    [Theory]
    [InlineData("tcpdump -C", 40)]
    [InlineData("tcpdump -C -W", 37)]
    [InlineData("tcpdump -C -W, wrapped", 25)]
    [InlineData("tcpdump -w NAME00", 30)]
    [InlineData("dumpcap -b", 20)]
    [InlineData("dumpcap -b, time first", 50)]
    [InlineData("logrotate", 60)]
    public void A_ring_gives_the_facts_of_the_capture_in_one_file_with_the_real_files_and_frames(string program, int framesPerFile)
    {
        using var whole = Folder(c => [(c.Name + ".pcap", c.Slice(0, c.Count))]);
        using var ring = Folder(c => c.Parts(framesPerFile).Select((part, i) => (Name(program, c, i, framesPerFile), part)));

        var (expected, found) = (Load(whole), Load(ring));

        Assert.Contains(expected.Facts.Of<SegmentPlacement>(), p => p.AbsenceProven);
        Assert.Equal(Captures.Length, found.Facts.Of<CaptureSummary>().Count);
        Assert.DoesNotContain(found.Facts.Of<Gap>(), g => g.Reason.Contains("two captures", StringComparison.Ordinal));
        Assert.Equal(expected.Facts.All.Where(Follows).Select(f => Key(f, expected.Facts, framesPerFile)).Order(StringComparer.Ordinal), found.Facts.All.Where(Follows).Select(f => Key(f, found.Facts, framesPerFile)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_missing_file_is_a_gap_and_nothing_is_proven_lost_in_it()
    {
        // Frames 60 to 99 of the tunnel's far end were written to a file that nobody kept.
        const int Lost = 1, PerFile = 40;
        using var whole = Folder(c => [(c.Name + ".pcap", c.Slice(0, c.Count))]);
        using var ring = Folder(c => c.Parts(PerFile).Select((part, i) => ($"{c.Name}.pcap{(i == 0 ? "" : i)}", part)).Where((_, i) => i != Lost || c.Folder != "worker-node"));

        var (expected, found) = (Load(whole), Load(ring));

        Assert.Contains(found.Facts.Of<Gap>(), g => g.Reason.StartsWith("between tunl0.pcap and tunl0.pcap2 a file is missing", StringComparison.Ordinal));
        Assert.Equal(Captures.Length + 2, found.Facts.Of<CaptureSummary>().Count);
        var proven = Proven(expected);
        Assert.NotEmpty(proven);
        Assert.Subset(proven, Proven(found));
    }

    [Fact]
    public void What_a_file_that_is_cut_short_lacks_is_between_two_captures()
    {
        var c = Captures[0];
        using var folder = new CaseFolder().With("n/eth0.pcap", c.Slice(0, 40)[..^10]).With("n/eth0.pcap1", c.Slice(40, c.Count));

        var facts = Load(folder).Facts;

        Assert.Equal(2, facts.Of<CaptureSummary>().Count);
        Assert.Contains(facts.Of<Gap>(), g => g.Reason.StartsWith("between eth0.pcap and eth0.pcap1 frames are missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Captures_that_overlap_in_time_are_two_whatever_their_names()
    {
        var c = Captures[0];
        using var folder = new CaseFolder().With("n/eth0.pcap", c.Slice(0, c.Count / 2)).With("n/eth0.pcap1", c.Slice(c.Count / 3, c.Count));

        Assert.Equal(2, Load(folder).Facts.Of<CaptureSummary>().Count);
    }

    [Fact]
    public void Captures_of_other_devices_folders_or_link_types_are_never_one()
    {
        var (c, tunnel) = (Captures[0], Captures.First(x => x.Name == "tunl0"));
        using var folder = new CaseFolder()
            .With("a/eth0.pcap", c.Slice(0, 50)).With("b/eth0.pcap1", c.Slice(50, 100))
            .With("c/eth00", c.Slice(0, 50)).With("c/eth01", c.Slice(50, 100))
            .With("d/cap.pcap", tunnel.Slice(0, 20)).With("d/cap.pcap1", c.Slice(c.Count - 2, c.Count));

        Assert.Equal(6, Load(folder).Facts.Of<CaptureSummary>().Count);
    }

    [Theory]
    [InlineData("eth0-20261121-205800.pcap", "eth0-20261121-205900.pcap", 1, 1)]
    [InlineData("eth0-20261121-205800.pcap", "eth0-20261121-205900.pcap", 60, 2)]
    [InlineData("x.pcap9", "x.pcap0", 1, 1)]
    [InlineData("x.pcap9", "x.pcap0", 60, 2)]
    [InlineData("x.pcap3", "x.pcap4", 60, 2)]
    [InlineData("x_00003_20261121205800.pcap", "x_00004_20261121205900.pcap", 60, 1)]
    [InlineData("x_00003_20261121205800.pcap", "x_00005_20261121205900.pcap", 1, 2)]
    [InlineData("node1.pcap", "node2.pcap", 1, 2)]
    public void Where_names_leave_it_open_a_silence_longer_than_all_others_parts_two_captures(string first, string second, int silence, int captures)
    {
        // A frame a second, and the silence between the two files.
        static byte[] Steady(int start) => CaptureSplit.Of(Enumerable.Range(start, 60).Select(i => (1_700_000_000_000_000_000 + (i * 1_000_000_000L), Captures[0].Frame(0))));
        using var folder = new CaseFolder().With("n/" + first, Steady(0)).With("n/" + second, Steady(59 + silence));

        Assert.Equal(captures, Load(folder).Facts.Of<CaptureSummary>().Count);
    }

    [Fact]
    public void A_ring_in_an_archive_and_a_listing_of_its_connections_go_across_its_files_too()
    {
        var c = Captures[0];
        using var folder = new CaseFolder().With("n.tar", Sample.Tar([.. c.Parts(40).Select((part, i) => Sample.TarMember($"n/eth0.pcap{i:00}", part))])).With("whole.pcap", c.Slice(0, c.Count));

        var loaded = folder.Load("n.tar");
        using var listed = FlowListing.Read([Path.Combine(folder.Root, "n.tar")]);
        using var expected = FlowListing.Read([Path.Combine(folder.Root, "whole.pcap")]);

        Assert.Equal(4, Assert.Single(loaded.Facts.Of<CaptureSummary>()).Files.Count);
        Assert.Equal(4, loaded.Files.Count(f => f.Kind == CaseFileKind.Capture));
        Assert.Equal((1, expected.Count), (listed.Captures, listed.Count));
        Assert.Equal(Enumerable.Range(0, expected.Count).Select(i => (expected.At(i).Flow.Frames, expected.At(i).Flow.FromClient.Bytes)), Enumerable.Range(0, listed.Count).Select(i => (listed.At(i).Flow.Frames, listed.At(i).Flow.FromClient.Bytes)));
    }

    private static HashSet<(Timestamp, uint, int)> Proven(LoadedCase loaded) => [.. loaded.Facts.Of<SegmentPlacement>().Where(p => p.AbsenceProven).Select(p => (p.Sent, p.Sequence, p.Length))];

    /// <summary>What depends on being one capture. Interfaces and tools' texts are the same anyway.</summary>
    private static bool Follows(Fact fact) => fact is TcpFlow or SegmentFate or SegmentPlacement or FlowPairing or HopSummary or Pause or ControlSegment or FateTally or ExchangeTiming;

    /// <summary>A fact in words, with frames counted through the ring.</summary>
    private static string Key(Fact fact, FactSet facts, int framesPerFile)
    {
        var files = facts.Of<CaptureSummary>().SelectMany(c => c.Files.Index().Select(f => (f.Item, f.Index))).ToDictionary(f => f.Item, f => f.Index, StringComparer.Ordinal);
        long? Through(Provenance p) => !files.TryGetValue(p.Source, out var index) ? p.Frame : p.Frame > framesPerFile ? throw new InvalidOperationException($"{p}: the file has no such frame") : p.Frame + (framesPerFile * index);

        long? Frame(Provenance? p) => p is null ? null : Through(p);
        var more = fact switch
        {
            TcpFlow f => $"{f.At} {f.Client} {f.Server} {f.First} {f.Last} {f.Frames} {f.FromClient.Bytes} {f.FromServer.Bytes} {f.FromServer.Retransmissions} {Frame(f.FromClient.ResetFrame)} {Frame(f.FromServer.ResetFrame)}",
            SegmentFate f => $"{f.At} {f.Flow} {f.Sequence} {f.Length} {f.Fate} {f.Proven} {Frame(f.ProvenBy)}",
            SegmentPlacement f => $"{f.At} {f.Flow} {f.Sequence} {f.Length} {f.MissingAt} {f.AbsenceProven} {f.Sent} {Frame(f.LargestPassedFrame)} {string.Join(',', f.SeenAt.Select(s => Through(s)))}",
            FlowPairing f => $"{f.At} {f.Flow} {f.OtherAt} {f.OtherFlow} {f.MatchedSegments}",
            HopSummary f => $"{f.At} {f.OtherAt} {f.SegmentsIn} {f.SegmentsOut} {f.Lost} {f.Unproven}",
            Pause f => $"{f.At} {f.Flow} {f.Start} {f.Duration} {Frame(f.EndFrame)}",
            ControlSegment f => $"{f.At} {f.Flow} {f.Kind} {f.Transmission} {f.Answered}",
            FateTally f => $"{f.At} {f.Fate} {f.Segments} {f.Bytes}",
            ExchangeTiming f => $"{f.At} {f.Flow} {f.Exchanges} {f.MaxAnswer}",
            _ => "",
        };
        return $"{fact.GetType().Name} {Through(fact is ExchangeTiming { MaxAnswerFrame: { } slowest } ? fact.From with { Frame = slowest } : fact.From)} {more}";
    }

    private static LoadedCase Load(CaseFolder folder) => folder.Load(folder.Options with { Following = Following.All });

    private static CaseFolder Folder(Func<CaptureSplit, IEnumerable<(string Name, byte[] Bytes)>> files)
    {
        var folder = new CaseFolder();
        foreach (var capture in Captures)
        {
            foreach (var (name, bytes) in files(capture))
            {
                _ = folder.With($"{capture.Folder}/{name}", bytes);
            }
        }

        return folder;
    }

    private static string Name(string program, CaptureSplit c, int i, int framesPerFile)
    {
        var files = (c.Count + framesPerFile - 1) / framesPerFile;
        return program switch
        {
            "tcpdump -C" => $"{c.Name}.pcap{(i == 0 ? "" : i)}",
            "tcpdump -C -W" => $"{c.Name}.pcap{i:00}",
            // The longest silence is where the connection waits for its timer: the numbers begin anew elsewhere.
            "tcpdump -C -W, wrapped" => $"{c.Name}.pcap{(i + files - 1) % files}",
            "tcpdump -w NAME00" => $"{c.Name}-x{i:00}",
            "dumpcap -b" => $"{c.Name}_{i + 117:00000}_2026112120{i:00}00.pcapng",
            "dumpcap -b, time first" => $"{c.Name}_2026112120{i:00}00_{i + 1:00000}.pcap",
            _ => $"{c.Name}.pcap.{files - 1 - i}",
        };
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Whydrop.slnx")))
        {
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return at;
    }
}
