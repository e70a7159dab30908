using System.IO.Compression;
using System.Text;
using Whydrop.Case.Opening;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests.Opening;

public class OpeningTests
{
    private static readonly byte[] Snmp = Encoding.UTF8.GetBytes(Sample.Snmp(100, 4));

    [Fact]
    public void FilesAtTheTopHaveNoNode()
    {
        using var folder = new CaseFolder().With("snmp.txt", Sample.Snmp(1, 1));

        Assert.All(folder.Load().Facts.Of<Counter>(), c => Assert.Null(c.At.Node));
    }

    [Fact]
    public void SeveralPathsKeepTheirPlacesBelowTheFolderAroundThem()
    {
        using var folder = new CaseFolder().With("node-a/snmp", Sample.Snmp(1, 1)).With("node-b/snmp", Sample.Snmp(1, 1));

        var loaded = folder.Load("node-a", "node-b/snmp");

        Assert.Equal(["node-a", "node-b"], loaded.Facts.Of<Counter>().Select(c => c.At.Node).Distinct());
        Assert.Equal(["node-a/snmp", "node-b/snmp"], loaded.Files.Select(f => f.Path));
    }

    [Fact]
    public void NothingAtAPathIsTheCallersError()
    {
        using var folder = new CaseFolder();

        var e = Assert.Throws<CaseUnreadableException>(() => folder.Load("missing"));

        Assert.True(e.Missing);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void AnUnrecognisedFileIsListedAndAGap()
    {
        using var folder = new CaseFolder().With("node-a/blob", [1, 2, 0, 4]).With("node-a/poem.txt", "Roses are red\n").With("node-a/empty", "");

        var loaded = folder.Load();

        Assert.All(loaded.Files, f => Assert.Equal(CaseFileKind.Unrecognised, f.Kind));
        Assert.Equal(["node-a/blob", "node-a/empty", "node-a/poem.txt"], loaded.Facts.Of<Gap>().Select(g => g.From.Source).Order(StringComparer.Ordinal));
        Assert.All(loaded.Facts.Of<Gap>(), g => Assert.Equal(GapKind.Unrecognised, g.Kind));
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    [InlineData("zip")]
    [InlineData("misnamed")]
    public void ArchivesAreReadByContentAndTheWrappingFolderIsSkipped(string kind)
    {
        var members = new Dictionary<string, byte[]> { ["bundle/node-a/snmp"] = Snmp, ["bundle/node-b/netns-x/snmp"] = Snmp };
        using var folder = new CaseFolder().With("case." + kind, kind == "zip" ? Zip(members) : kind == "tar.gz" ? Sample.Gzip(TarOf(members)) : TarOf(members));

        var loaded = folder.Load("case." + kind);

        Assert.Equal([new VantagePoint("node-a"), new VantagePoint("node-b", "x")], loaded.Facts.Of<Counter>().Select(c => c.At).Distinct());
        Assert.Equal("node-a/snmp", loaded.Facts.Of<Counter>()[0].From.Source);
        Assert.Empty(loaded.Facts.Of<Gap>());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Scratch));
    }

    [Fact]
    public void AnArchiveOfAFoldersContentHasNoWrappingFolder()
    {
        using var folder = new CaseFolder().With("case.tar", Sample.Tar(Sample.TarMember("./", [], '5'), Sample.TarMember("./node-a/snmp", Snmp)));

        Assert.All(folder.Load("case.tar").Facts.Of<Counter>(), c => Assert.Equal("node-a", c.At.Node));
    }

    [Fact]
    public void AnArchiveInACaseStandsForANode()
    {
        using var folder = new CaseFolder().With("worker-3.tar", TarOf(new() { ["snmp"] = Snmp })).With("node-b/dump.zip", Zip(new() { ["snmp"] = Snmp }));

        var loaded = folder.Load();

        Assert.Equal(["node-b", "worker-3"], loaded.Facts.Of<Counter>().Select(c => c.At.Node).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("worker-3.tar/snmp", loaded.Facts.Of<Counter>().First(c => c.At.Node == "worker-3").From.Source);
    }

    [Fact]
    public void NestedArchivesAreUnpackedOneLevelDeep()
    {
        var inner = TarOf(new() { ["node-a/snmp"] = Snmp, ["node-b/deeper.tar"] = TarOf(new() { ["deepest.tar"] = TarOf(new() { ["snmp"] = Snmp }) }) });
        using var folder = new CaseFolder().With("case.tar", TarOf(new() { ["x/inner.tar"] = inner, ["y/snmp"] = Snmp }));

        var loaded = folder.Load("case.tar");

        Assert.Contains(loaded.Facts.Of<Gap>(), g => g.Kind == GapKind.Unsupported && g.Reason.Contains("archive inside an archive", StringComparison.Ordinal));
        Assert.Equal(2, loaded.Facts.Of<Counter>().Select(c => c.From.Source).Distinct().Count());
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a/../../evil")]
    public void NamesThatClimbOutAreRefused(string name)
    {
        using var folder = new CaseFolder()
            .With("t.tar", Sample.Tar(Sample.TarMember(name, Snmp), Sample.TarMember("n/snmp", Snmp)))
            .With("z.zip", Zip(new() { [name] = Snmp, ["n/snmp"] = Snmp }));

        foreach (var archive in new[] { "t.tar", "z.zip" })
        {
            var loaded = folder.Load(archive);

            Assert.Contains("named outside the archive", Assert.Single(loaded.Facts.Of<Gap>()).Reason, StringComparison.Ordinal);
            Assert.Single(loaded.Facts.Of<Counter>().Select(c => c.From.Source).Distinct());
        }

        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(folder.Scratch)!, "evil")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Scratch));
    }

    [Theory]
    [InlineData('1', "a hard link")]
    [InlineData('2', "a symbolic link")]
    [InlineData('3', "of tar type '3'")]
    [InlineData('6', "of tar type '6'")]
    public void LinksAndDevicesInArchivesAreRefused(char type, string words)
    {
        using var folder = new CaseFolder().With("t.tar", Sample.Tar(Sample.TarMember("n/link", [], type, "/etc/passwd"), Sample.TarMember("n/snmp", Snmp)));

        var loaded = folder.Load("t.tar");

        Assert.Contains(words, Assert.Single(loaded.Facts.Of<Gap>()).Reason, StringComparison.Ordinal);
        Assert.NotEmpty(loaded.Facts.Of<Counter>());
    }

    [Fact]
    public void ASymbolicLinkInAZipIsRefused()
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = zip.CreateEntry("link");
            entry.ExternalAttributes = unchecked((int)0xA1FF0000);
            using var content = entry.Open();
            content.Write("/etc/passwd"u8);
        }

        using var folder = new CaseFolder().With("z.zip", packed.ToArray());

        Assert.Contains("a symbolic link", Assert.Single(folder.Load("z.zip").Facts.Of<Gap>()).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public void ABombStopsAtTheBoundAndNothingStays(string kind)
    {
        var zeros = new byte[8 << 20];
        var members = new Dictionary<string, byte[]> { ["a/snmp"] = Snmp, ["b/bomb"] = zeros, ["c/late"] = Snmp };
        using var folder = new CaseFolder().With("bomb." + kind, kind == "zip" ? Zip(members) : Sample.Gzip(TarOf(members)));

        var loaded = folder.Load(folder.Options with { MaxUnpackedBytes = 1 << 20 }, "bomb." + kind);

        Assert.Contains(loaded.Facts.Of<Gap>(), g => g is { Kind: GapKind.Limited } && g.Reason.StartsWith("unpacks to more than 1048576 bytes", StringComparison.Ordinal));
        Assert.Equal("a", Assert.Single(loaded.Facts.Of<Counter>().Select(c => c.At.Node).Distinct()));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Scratch));
    }

    [Fact]
    public void TooManyFilesAreALimitThatIsTold()
    {
        var members = Enumerable.Range(0, 40).ToDictionary(i => $"d{i}/snmp", _ => Snmp);
        using var folder = new CaseFolder().With("many.tar", TarOf(members));

        var loaded = folder.Load(folder.Options with { MaxFiles = 10 }, "many.tar");

        Assert.Contains(loaded.Facts.Of<Gap>(), g => g is { Kind: GapKind.Limited } && g.Reason.StartsWith("the case has more than 10 files", StringComparison.Ordinal));
    }

    [Fact]
    public void AStatedSizeBeyondTheEndIsTruncation()
    {
        using var folder = new CaseFolder().With("t.tar", [.. Sample.TarMember("n/snmp", Snmp), .. Sample.TarMember("n/huge", Snmp, statedSize: 8_000_000_000)]);

        var loaded = folder.Load("t.tar");

        Assert.Contains(loaded.Facts.Of<Gap>(), g => g.Kind == GapKind.Truncated);
        Assert.NotEmpty(loaded.Facts.Of<Counter>());
    }

    [Fact]
    public void EveryCutOfAnArchiveGivesAGapOrFactsAndNeverThrows()
    {
        var whole = Sample.Gzip(TarOf(new() { ["node-a/snmp"] = Snmp, ["node-b/snmp"] = Snmp }));
        using var folder = new CaseFolder();
        for (var length = 1; length < whole.Length; length += 7)
        {
            folder.With("cut.tgz", whole[..length]);

            Assert.NotEmpty(folder.Load("cut.tgz").Facts.All);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Scratch));
    }

    [Fact]
    public void FolderLinksOutOfTheCaseAreNotFollowed()
    {
        using var outside = new CaseFolder().With("secret/snmp", Sample.Snmp(1, 1));
        using var folder = new CaseFolder().With("node-a/snmp", Sample.Snmp(1, 1));
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "out"), Path.Combine(outside.Root, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "loop"), ".");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "same"), "node-a/snmp");

        var loaded = folder.Load();

        Assert.Equal("node-a/snmp", Assert.Single(loaded.Facts.Of<Counter>().Select(c => c.From.Source).Distinct()));
        Assert.Contains(loaded.Facts.Of<Gap>(), g => g.From.Source == "out" && g.Reason.StartsWith("a symbolic link out of the case", StringComparison.Ordinal));
        Assert.Equal(CaseFileKind.Link, Assert.Single(loaded.Files, f => f.Path == "same").Kind);
    }

    [Fact]
    public void ControlCharactersInNamesAreNotHandedOn()
    {
        using var folder = new CaseFolder().With("n/a\u001b[31mb", "???");

        Assert.All(folder.Load().Facts.Of<Gap>(), g => Assert.DoesNotContain('\u001b', g.From.Source));
    }

    [Fact]
    public void LongNamesOfPaxAndGnuAreRead()
    {
        var name = "node-a/" + new string('d', 150) + "/snmp";
        var record = $"{name.Length + 10} path={name}\n";
        using var folder = new CaseFolder()
            .With("pax.tar", Sample.Tar(Sample.TarMember("pax", Encoding.ASCII.GetBytes(record), 'x'), Sample.TarMember("short", Snmp), Sample.TarMember("other/snmp", Snmp)))
            .With("gnu.tar", Sample.Tar(Sample.TarMember("././@LongLink", Encoding.ASCII.GetBytes(name + "\0"), 'L'), Sample.TarMember("short", Snmp), Sample.TarMember("other/snmp", Snmp)));

        foreach (var archive in new[] { "pax.tar", "gnu.tar" })
        {
            Assert.Contains(folder.Load(archive).Files, f => f.Path == name);
        }
    }

    [Theory]
    [InlineData("A1B2C3D4", ContentKind.Pcap)]
    [InlineData("4D3CB2A1", ContentKind.Pcap)]
    [InlineData("0A0D0D0A", ContentKind.Pcapng)]
    [InlineData("1F8B0800", ContentKind.Gzip)]
    [InlineData("28B52FFD", ContentKind.Zstd)]
    [InlineData("504B0304", ContentKind.Zip)]
    [InlineData("FD377A585A", ContentKind.Xz)]
    [InlineData("425A6839", ContentKind.Bzip2)]
    [InlineData("49703A20666F6F0A", ContentKind.Text)]
    [InlineData("FFFE49000A00", ContentKind.Text)]
    [InlineData("7F454C4600", ContentKind.Binary)]
    [InlineData("", ContentKind.Empty)]
    public void FormatsAreToldByTheirFirstBytes(string hex, object kind) => Assert.Equal((ContentKind)kind, ContentRecognition.Recognise(Convert.FromHexString(hex)));

    private static byte[] TarOf(Dictionary<string, byte[]> members) => Sample.Tar([.. members.Select(m => Sample.TarMember(m.Key, m.Value))]);

    private static byte[] Zip(Dictionary<string, byte[]> members)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in members)
            {
                using var content = zip.CreateEntry(name).Open();
                content.Write(bytes);
            }
        }

        return packed.ToArray();
    }
}
