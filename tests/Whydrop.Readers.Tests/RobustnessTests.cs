using System.Text;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Tests;

public sealed class RobustnessTests
{
    private const int MostGapsOfOneReading = 80;

    [Fact]
    public void Every_reader_reads_every_shorter_length_of_every_sample()
    {
        foreach (var (id, shape, text) in Samples.All)
        {
            var reader = ReaderCatalogue.All.Single(r => r.Id == id);
            for (var length = 0; length < text.Length; length++)
            {
                var result = reader.Read(TextFile.FromText("x", text[..length]), VantagePoint.Unknown);
                Assert.True(result.Gaps.Count <= MostGapsOfOneReading, $"{shape} at {length}");
            }
        }
    }

    [Fact]
    public void Every_reader_reads_every_other_readers_sample()
    {
        foreach (var reader in ReaderCatalogue.All)
        {
            foreach (var (id, _, text) in Samples.All)
            {
                var result = reader.Read(TextFile.FromText("case/proc/sys/net/ipv4/x", text), VantagePoint.Unknown);
                Assert.True(result.Gaps.Count <= MostGapsOfOneReading, $"{reader.Id} on {id}");
            }
        }
    }

    [Fact]
    public void Every_reader_survives_words_in_any_order()
    {
        var random = new Random(20240229);
        var words = Samples.All.SelectMany(s => s.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Concat(["", "\\", ":", "::", "/", "<", ">", "@", "-1", "99999999999999999999", "[", "{", "\"", "=", "\u001b["]).ToArray();
        for (var round = 0; round < 300; round++)
        {
            var text = new StringBuilder();
            for (var i = 0; i < 60; i++)
            {
                text.Append(words[random.Next(words.Length)]).Append("  \n\t "[random.Next(5)]);
            }

            var file = TextFile.FromText("x", text.ToString());
            foreach (var reader in ReaderCatalogue.All)
            {
                Assert.InRange(reader.Recognise(file.Sample), 0, 100);
                Assert.True(reader.Read(file, VantagePoint.Unknown).Gaps.Count <= MostGapsOfOneReading);
            }

            Assert.NotNull(ReaderCatalogue.Read(file, VantagePoint.Unknown));
        }
    }

    [Fact]
    public void Samples_with_lines_changed_byte_by_byte_are_read()
    {
        var random = new Random(7);
        foreach (var (_, shape, text) in Samples.All)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var round = 0; round < 60; round++)
            {
                var changed = (byte[])bytes.Clone();
                for (var i = 0; i < 4; i++)
                {
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                }

                var result = ReaderCatalogue.Read(TextFile.Decode("x", changed), VantagePoint.Unknown);
                Assert.True(result.Facts.Count + result.Gaps.Count > 0 || result.Recognised, shape);
            }
        }
    }

    [Fact]
    public void A_gap_per_line_is_summed_up()
    {
        var text = new StringBuilder("TcpExt:\n");
        for (var i = 0; i < 5000; i++)
        {
            text.Append("    ").Append(i).Append(" things that nobody counts\n");
        }

        var reading = Reading.Of(text.ToString());
        Assert.InRange(reading.Gaps.Count, 10, MostGapsOfOneReading);
        Assert.Contains(reading.Gaps, g => g.Kind == GapKind.Limited);
    }

    [Fact]
    public void Nested_json_without_end_is_a_gap()
    {
        var reading = Reading.Of("[{\"ifname\":\"a\",\"ifindex\":1," + string.Concat(Enumerable.Repeat("\"x\":{\"y\":[", 100_000)));
        Assert.Contains(reading.Gaps, g => g.Kind == GapKind.Truncated);
    }
}
