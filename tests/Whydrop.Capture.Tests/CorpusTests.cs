using System.Globalization;

namespace Whydrop.Capture.Tests;

/// <summary>The public captures against the index made with tshark 4.0.17.</summary>
public sealed class CorpusTests
{
    /// <summary>
    /// Captures that are read with another number of frames than the index gives; each looked at by hand. The value is our number and the reason.
    /// </summary>
    private static readonly Dictionary<string, (long Frames, string Reason)> s_frames = new(StringComparer.Ordinal)
    {
        ["blitz/tcptrace/input/bad_ack_code.dmp.gz"] = (40, "version 2.2, lengths exchanged: tshark lists 40 frames too, the index walked it as 2.4"),
        ["blitz/tcptrace/input/pcap_v2.2.dmp.gz"] = (40, "version 2.2, lengths exchanged: tshark lists 40 frames too, the index walked it as 2.4"),
        ["cilium/pwru/libpcap/tests/pcapng-invalid-vers-1.pcapng"] = (0, "version 0.1: tshark and tcpdump refuse the section too"),
        ["cilium/pwru/libpcap/tests/pcapng-invalid-vers-2.pcapng"] = (0, "version 1.1: tshark and tcpdump refuse the section too"),
        ["cilium/pwru/libpcap/tests/shb-option-too-long.pcapng"] = (0, "the Section Header Block's two lengths differ: tcpdump and tshark stop there too"),
        ["google/gopacket/pcapgo/tests/be/test901.pcapng"] = (1, "the second section has version 2.0: tshark and tcpdump stop there too"),
        ["google/gopacket/pcapgo/tests/le/test901.pcapng"] = (1, "the second section has version 2.0: tshark and tcpdump stop there too"),
    };

    /// <summary>Files that are refused when opened, with a part of the message.</summary>
    private static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["SIDN/entrada2/src/test/resources/pcap/sidnlabs-test-xz-compression-multiple-parts-2-packets.pcap.xz"] = "unpack it with: xz -d",
        ["blitz/tcptrace/input/all.snoop.gz"] = "is no capture, it starts with 736e6f6f",
        ["blitz/tcptrace/input/atm.erf.gz"] = "is no capture, it starts with 007f178f",
        ["blitz/tcptrace/input/chdlc.erf.gz"] = "is no capture, it starts with 00e24588",
        ["google/packetdrill/gtests/net/tcp/fastopen/client/nonblocking-sendto-empty-buf.pkt"] = "is no capture",
        ["google/packetdrill/gtests/net/tcp/ts_recent/invalid_ack.pkt"] = "is no capture",
        ["seladb/PcapPlusPlus/Tests/ExamplesTest/pcap_examples/solaris.snoop"] = "is no capture, it starts with 736e6f6f",
    };

    /// <summary>Files whose ending is not what the index's column structural_error says.</summary>
    private static readonly Dictionary<string, (CaptureEndingKind Kind, string Reason)> s_endings = new(StringComparer.Ordinal)
    {
        ["blitz/tcptrace/input/bad_ack_code.dmp.gz"] = (CaptureEndingKind.Complete, "sound once the lengths of version 2.2 are exchanged"),
        ["blitz/tcptrace/input/pcap_v2.2.dmp.gz"] = (CaptureEndingKind.Complete, "sound once the lengths of version 2.2 are exchanged"),
        ["cilium/pwru/libpcap/tests/pcapng-invalid-vers-1.pcapng"] = (CaptureEndingKind.Damaged, "unknown version"),
        ["cilium/pwru/libpcap/tests/pcapng-invalid-vers-2.pcapng"] = (CaptureEndingKind.Damaged, "unknown version"),
        ["google/gopacket/pcapgo/tests/be/test901.pcapng"] = (CaptureEndingKind.Damaged, "unknown version"),
        ["google/gopacket/pcapgo/tests/le/test901.pcapng"] = (CaptureEndingKind.Damaged, "unknown version"),
        ["the-tcpdump-group/libpcap/tests/filter/slip-sliplink_print-oobr.pcap"] = (CaptureEndingKind.Complete, "more kept than on the wire: counted, not fatal, as in tshark"),
        ["the-tcpdump-group/tcpdump/tests/icmp-icmp_print-oobr-2.pcap"] = (CaptureEndingKind.Complete, "more kept than on the wire: counted, not fatal, as in tshark"),
        ["the-tcpdump-group/tcpdump/tests/rsvp-rsvp_obj_print-oobr.pcap"] = (CaptureEndingKind.Complete, "more kept than on the wire: counted, not fatal, as in tshark"),
    };

    [CorpusFact]
    public void Frame_counts_and_endings_are_those_of_the_index_or_reviewed()
    {
        var differences = new List<string>();
        int read = 0, reviewed = 0;
        foreach (Row row in Rows())
        {
            read++;
            Outcome outcome = Read(row);
            CaptureEndingKind ending = row.StructuralError.Length == 0 ? CaptureEndingKind.Complete : CaptureEndingKind.Damaged;
            if (s_refused.TryGetValue(row.Name, out string? message))
            {
                reviewed++;
                if (outcome.Refused?.Contains(message, StringComparison.Ordinal) != true)
                {
                    differences.Add($"{row.Name}: should be refused with \"{message}\", but: {outcome}");
                }

                continue;
            }

            long frames = row.Packets;
            if (s_frames.TryGetValue(row.Name, out (long Frames, string Reason) known))
            {
                reviewed++;
                frames = known.Frames;
            }

            if (s_endings.TryGetValue(row.Name, out (CaptureEndingKind Kind, string Reason) end))
            {
                ending = end.Kind;
            }

            if (outcome.Refused is not null || outcome.Frames != frames || outcome.Ending!.Kind != ending)
            {
                differences.Add($"{row.Name}: index {row.Packets} [{row.StructuralError}], but: {outcome}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(read > 800, "the index has shrunk");
        Assert.Equal(s_refused.Count + s_frames.Count, reviewed);
    }

    [CorpusFact]
    public void Recognised_is_what_can_be_opened()
    {
        var differences = new List<string>();
        foreach (Row row in Rows())
        {
            byte[] head = Head(row.Path);
            bool opened = Read(row).Refused is null;
            if (CaptureFile.Recognise(head) != opened || CaptureFile.Recognise(row.Path) != opened)
            {
                differences.Add($"{row.Name}: {(opened ? "can" : "cannot")} be opened");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [CorpusFact]
    public void Text_is_never_recognised()
    {
        string folder = Path.Combine(CorpusFactAttribute.Folder!, "dumps");
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            Assert.False(CaptureFile.Recognise(Head(path)), path);
        }
    }

    [CorpusFact]
    public void Every_capture_cut_in_the_middle_is_read_without_a_throw()
    {
        foreach (Row row in Rows())
        {
            byte[] file = File.ReadAllBytes(row.Path);
            for (int part = 1; part < 8; part++)
            {
                try
                {
                    Reading reading = Reading.Of(file[..(file.Length * part / 8)]);
                    Assert.True(reading.Frames.Count <= Math.Max(row.Packets, 40), row.Name);
                }
                catch (CaptureException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            }
        }
    }

    private static Outcome Read(Row row)
    {
        try
        {
            using CaptureFile file = CaptureFile.Open(row.Path);
            using var batch = new FrameBatch();
            long frames = 0;
            while (file.Read(batch))
            {
                frames += batch.Count;
            }

            return new Outcome(frames, file.Ending, null);
        }
        catch (CaptureException e)
        {
            return new Outcome(0, null, e.Message);
        }
    }

    private static byte[] Head(string path)
    {
        using FileStream stream = File.OpenRead(path);
        byte[] head = new byte[4096];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    private static IEnumerable<Row> Rows()
    {
        string folder = CorpusFactAttribute.Folder!;
        string[] lines = File.ReadAllLines(Path.Combine(folder, "INDEX.tsv"));
        string[] columns = lines[0].Split('\t');
        int path = Array.IndexOf(columns, "path"), format = Array.IndexOf(columns, "format");
        int packets = Array.IndexOf(columns, "packets"), error = Array.IndexOf(columns, "structural_error");
        foreach (string line in lines.Skip(1))
        {
            string[] cells = line.Split('\t');
            if (cells[path].StartsWith("captures/", StringComparison.Ordinal))
            {
                Assert.NotEqual("text/dump", cells[format]);
                yield return new Row(Path.Combine(folder, cells[path]), cells[path]["captures/".Length..], long.Parse(cells[packets], CultureInfo.InvariantCulture), cells[error]);
            }
        }
    }

    private sealed record Row(string Path, string Name, long Packets, string StructuralError);

    private sealed record Outcome(long Frames, CaptureEnding? Ending, string? Refused);
}
