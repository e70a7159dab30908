using System.Text;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Tests;

public sealed class TextFileTests
{
    [Fact]
    public void Any_line_end_and_encoding_gives_the_same_lines()
    {
        const string Text = "a: µ\nsecond\n\nlast";
        byte[][] forms =
        [
            Encoding.UTF8.GetBytes(Text),
            [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)],
            Encoding.UTF8.GetBytes(Text.Replace("\n", "\r\n", StringComparison.Ordinal)),
            [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)],
            [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text)],
            Encoding.Latin1.GetBytes(Text),
        ];
        foreach (var form in forms)
        {
            var file = TextFile.Decode("x", form);
            Assert.Equal(["a: µ", "second", "", "last"], file.Lines.Select(l => l.Text));
            Assert.Equal([1, 2, 3, 4], file.Lines.Select(l => l.Number));
            Assert.Null(file.CutAt);
        }
    }

    [Theory]
    [InlineData("\u001b[1;32mgreen\u001b[0m", "green")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("\u001b]8;;http://x\u001b\\link", "link")]
    [InlineData("a\0b\0", "ab")]
    [InlineData("tail\u001b", "tail")]
    [InlineData("tail\u001b[", "tail")]
    [InlineData("no\u00a0break", "no break")]
    public void Terminal_codes_and_nul_are_removed(string raw, string clean) =>
        Assert.Equal(clean, Assert.Single(TextFile.FromText("x", raw).Lines).Text);

    [Fact]
    public void A_line_beyond_the_bound_is_cut_and_said()
    {
        var file = TextFile.FromText("x", "short\n" + new string('a', TextFile.MostLineCharacters + 5) + "\nlast\n");
        Assert.Equal(2, file.CutAt);
        Assert.Equal(TextFile.MostLineCharacters, file.Lines[1].Text.Length);
        Assert.Equal(GapKind.Limited, ReaderCatalogue.Read(file, VantagePoint.Unknown).Gaps[^1].Kind);
    }

    [Fact]
    public void Bytes_beyond_the_bound_are_left_out_and_said()
    {
        var bytes = new byte[TextFile.MostBytes + 10];
        bytes.AsSpan().Fill((byte)'a');
        for (var i = 99; i < bytes.Length; i += 100)
        {
            bytes[i] = (byte)'\n';
        }

        using var stream = new MemoryStream(bytes);
        var file = TextFile.Read("x", stream);
        Assert.NotNull(file.CutAt);
        Assert.Equal(TextFile.MostBytes / 100, file.Lines.Count);
        Assert.All(file.Lines, l => Assert.Equal(99, l.Text.Length));
    }
}
