using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Tests;

public sealed class RecognitionTests
{
    public static TheoryData<string, string, string> AllSamples()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (id, shape, text) in Samples.All)
        {
            data.Add(id, shape, text);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void A_sample_is_claimed_by_its_own_reader_and_by_no_other_as_much(string id, string shape, string text)
    {
        var sample = TextFile.FromText("x/y", text).Sample;
        var claims = ReaderCatalogue.All.Select(r => (r.Id, Certainty: r.Recognise(sample))).Where(c => c.Certainty > 0).OrderByDescending(c => c.Certainty).ToArray();
        Assert.True(claims.Length > 0, shape);
        Assert.Equal(id, claims[0].Id);
        Assert.InRange(claims[0].Certainty, 50, 100);
        Assert.All(claims.Skip(1), c => Assert.True(c.Certainty < claims[0].Certainty, $"{c.Id} claims {shape} as much"));
        Assert.Equal(id, ReaderCatalogue.For(sample)?.Id);
    }

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void A_sample_is_one_section_and_its_facts_are_its_readers(string id, string shape, string text)
    {
        var file = TextFile.FromText("x/y", text);
        var section = Assert.Single(SectionSplitter.Split(file, ReaderCatalogue.All));
        Assert.Equal(id, ReaderCatalogue.For(section.Content.Sample)?.Id);
        var result = ReaderCatalogue.Read(file, new VantagePoint("n"));
        Assert.NotEmpty(result.Facts);
        Assert.DoesNotContain(result.Gaps, g => g.Kind is not GapKind.Unreadable);
        Assert.NotNull(shape);
    }

    [Fact]
    public void All_samples_in_one_text_give_the_same_facts_as_each_alone()
    {
        // sysctl's "grep" shape and its "-a" shape, and two outputs of one reader in general, may be read as one: the facts are the same.
        var alone = Samples.All.SelectMany(s => Describe(ReaderCatalogue.Read(TextFile.FromText("x", $"$ {Command(s.Id)}\n{s.Text}"), new VantagePoint("n")))).Order().ToArray();
        var joined = string.Concat(Samples.All.Select(s => $"[root@node ~]# {Command(s.Id)}\n{s.Text}\n"));
        var together = Describe(ReaderCatalogue.Read(TextFile.FromText("x", joined), new VantagePoint("n"))).Order().ToArray();
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Outputs_without_any_prompt_between_them_are_told_apart()
    {
        var text = Samples.IpStatisticsLink5 + Samples.IpRoute + Samples.IpRule + Samples.IpNeigh + Samples.NetstatStatistics + Samples.Sysctl + Samples.ProcSnmp + Samples.ProcNetDev + Samples.RouteTable
            + Samples.IpRouteJson + "\n" + Samples.NstatValues + Samples.IfconfigOld + Samples.Arp + Samples.Tcpdump;
        var reading = Reading.Of(text);
        Assert.Equal(2 + 2, reading.All<NetworkInterface>().Count);
        Assert.Equal(8 + 3 + 4, reading.All<Route>().Count);
        Assert.Equal(4, reading.All<RoutingRule>().Count);
        Assert.Equal(4 + 3, reading.All<Neighbour>().Count);
        Assert.Equal(4, reading.All<Sysctl>().Count);
        Assert.Single(reading.All<TcpdumpReport>());
        Assert.Equal(17, reading.Value("TcpExt.ListenDrops"));
        Assert.DoesNotContain(reading.Gaps, g => g.Kind is not GapKind.Unreadable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("hello world\n")]
    [InlineData("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\"}}")]
    [InlineData("1:\tlo\n\tinet  224.0.0.1\n\tinet6 ff02::1\n")]
    [InlineData("tcp:\n\t4 packets sent\n\t\t2 data packets (100 bytes)\n")]
    [InlineData("name = value\nother = 3\n")]
    public void Other_texts_are_one_gap_and_no_fact(string text)
    {
        var reading = Reading.Of(text);
        Assert.Empty(reading.Result.Facts);
        Assert.Equal(GapKind.Unrecognised, Assert.Single(reading.Gaps).Kind);
    }

    [Fact]
    public void The_catalogue_holds_every_reader_once()
    {
        var types = typeof(Reader).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Reader)) && !t.IsAbstract).Select(t => t.Name).Order().ToArray();
        Assert.Equal(types, ReaderCatalogue.All.Select(r => r.GetType().Name).Order().ToArray());
        Assert.Equal(types.Length, ReaderCatalogue.All.Select(r => r.Id).Distinct().Count());
        Assert.All(ReaderCatalogue.All, r => Assert.Matches("^[a-z0-9-]+$", r.Id));
        Assert.All(ReaderCatalogue.All, r => Assert.DoesNotContain('\n', r.Reads));
        var sampled = Samples.All.Select(s => s.Id).Append("proc-sys").Append("conntrack-count").Distinct().Order();
        Assert.Equal(ReaderCatalogue.All.Select(r => r.Id).Order(), sampled);
    }

    private static string Command(string id) => id switch
    {
        "nstat" or "nstat-json" => "nstat -x",
        _ => "cat",
    };

    // Line numbers differ between the texts; everything else must not.
    private static IEnumerable<string> Describe(ReadResult result) =>
        result.Facts.Select(f => System.Text.RegularExpressions.Regex.Replace(f.ToString(), @"\bx:\d+", "x"));
}
