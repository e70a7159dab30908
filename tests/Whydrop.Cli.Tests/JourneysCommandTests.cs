using System.Text.Json.Nodes;

namespace Whydrop.Cli.Tests;

public sealed class JourneysCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cli-journeys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("examples/tunnel-mtu")]
    [InlineData("examples/tunnel-mtu-front-only")]
    public void LossesAreThoseOfTheLedger(string example)
    {
        var path = Path.Combine(Repository.Root, example);

        var ledger = Json("diagnose", path)["ledger"]!["fates"]!.AsArray().Where(f => (string?)f!["fate"] == "lost" && (bool?)f["proven"] == true)
            .Select(f => ($"{f!["between"]![0]} {f["between"]![1]}", (long)f["segments"]!, (long)f["bytes"]!));
        var journeys = Json("journeys", path);
        var names = journeys["stops"]!.AsArray().ToDictionary(s => (int)s!["stop"]!, s => $"{s!["at"]!["node"]}/{s["at"]!["interface"]}");
        var lost = journeys["lost"]!.AsArray().Where(l => (bool)l!["proven"]! && (string?)l["kind"] == "data").GroupBy(l => (From: (int)l!["from"]!, To: (int)l["to"]!))
            .Select(g => ($"{names[g.Key.From]} {names[g.Key.To]}", (long)g.Count(), g.Sum(l => (long)l!["length"]!)));
        var hops = journeys["hops"]!.AsArray().Where(h => (long)h!["lost"]! > 0 && h["from"] is not null && h["to"] is not null)
            .Select(h => ($"{names[(int)h!["from"]!]} {names[(int)h["to"]!]}", (long)h["lost"]!, (long)h["bytesLost"]!));

        Assert.Equal(ledger.Order(), lost.Order());
        Assert.Equal(lost.Order(), hops.Order());
    }

    [Fact]
    public void TheFirstLineSaysWhereAndTheExitCodeThatSomethingWasLost()
    {
        var run = Invocation.Of("journeys", Path.Combine(Repository.Root, "examples/tunnel-mtu"), "--color", "never");

        Assert.Equal((3, ""), (run.Code, run.Errors));
        Assert.Matches(@"^LOST +14 of 60 segments \(19 572 bytes\) between fwd-node/eth0 and fwd-node/tunl0\n", run.Output);
    }

    [Fact]
    public void ARingWithAMissingFileIsOnePlaceAndNothingIsLostInIt()
    {
        // Frames 76 to 79 of the tunnel's far end were in a file that nobody kept; a connection goes on across them.
        var example = Path.Combine(Repository.Root, "examples/tunnel-mtu");
        foreach (var file in Directory.GetFiles(example, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(example, file));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var tunnel = Path.Combine(folder, "worker-node/tunl0.pcap");
        var frames = File.ReadAllBytes(tunnel);
        File.WriteAllBytes(tunnel, Frames(frames, 0, 75));
        File.WriteAllBytes(tunnel + "2", Frames(frames, 79, int.MaxValue));

        var (whole, ring) = (Json("journeys", example), Json("journeys", folder));

        static IEnumerable<string> Names(JsonNode document) => document["stops"]!.AsArray().Select(s => (string)s!["name"]!);
        static IEnumerable<string> Lost(JsonNode document) => document["hops"]!.AsArray().Where(h => (long)h!["lost"]! > 0).Select(h => $"{h!["from"]} {h["to"]} {h["lost"]} {h["segmentsIn"]}");
        Assert.Equal(Names(whole), Names(ring));
        Assert.Equal(Lost(whole), Lost(ring));
        Assert.Equal((int)whole["joined"]!, (int)ring["joined"]!);
        Assert.Contains("another part of the same ring", ring["unjoined"]!.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>A pcap file with some frames of another.</summary>
    private static byte[] Frames(byte[] file, int first, int end)
    {
        const int FileHeader = 24, FrameHeader = 16;
        var kept = file[..FileHeader].ToList();
        for (var (at, n) = (FileHeader, 0); at < file.Length; n++)
        {
            var next = at + FrameHeader + BitConverter.ToInt32(file, at + 8);
            kept.AddRange(n >= first && n < end ? file[at..next] : []);
            at = next;
        }

        return [.. kept];
    }

    [Theory]
    [InlineData("10.209.30.21:59434,10.209.34.80:30170")]
    [InlineData("10.209.34.80:30170, 10.209.30.21:59434")]
    public void AFilterByOneNameShowsTheConnectionUnderAllOfItsNames(string ends)
    {
        var document = Json("journeys", Path.Combine(Repository.Root, "examples/tunnel-mtu"), "--flow", ends, "--range", "2883-2883");

        Assert.Equal((1, 7), ((int)document["joined"]!, document["lost"]!.AsArray().Count));
        Assert.Equal(7, document["stops"]!.AsArray().Count);
    }

    [Fact]
    public void ARangeThatWasDeliveredIsFollowedFromPlaceToPlace()
    {
        var document = Json("journeys", Path.Combine(Repository.Root, "examples/tunnel-mtu"), "--flow", "10.209.30.21:59434,10.209.34.80:30170", "--range", "1800-1810");

        var packets = document["range"]!.AsArray().Where(p => (bool)p!["fromClient"]!).ToArray();
        Assert.Empty(document["lost"]!.AsArray());
        Assert.Equal(Enumerable.Range(0, 7), packets.Select(p => (int)p!["stop"]!));
        Assert.All(packets, p => Assert.Equal((1, 1601, 400, 452, 34815), ((int)p!["transmission"]!, (long)p["begin"]!, (int)p["length"]!, (int)p["datagramLength"]!, (int)p["ipId"]!)));
        Assert.Equal([64, 63, 62, 62, 62, 62, 61], packets.Select(p => (int)p!["ttl"]!));
        Assert.Equal(["fwd-node/eth0.pcap 27", "fwd-node/tunl0.pcap 14", "fwd-node/eth0.pcap 28"], packets[1..4].Select(p => $"{p!["frame"]!["source"]} {p["frame"]!["frame"]}"));
        Assert.Equal("ipip 10.209.34.80>10.209.34.91", (string?)packets[4]!["encapsulation"]);
        Assert.Equal(packets.Select(p => (double)p!["sinceFirstMs"]!).Order(), packets.Select(p => (double)p!["sinceFirstMs"]!));
    }

    [Fact]
    public void NothingIsLostWhereBothSawAll()
    {
        foreach (var node in new[] { "a", "b" })
        {
            Directory.CreateDirectory(Path.Combine(folder, node));
            File.WriteAllBytes(Path.Combine(folder, node, "eth0.pcap"), CleanCapture.Bytes(hops: node == "a" ? 0 : 1));
        }

        string[] journeys = ["journeys", Path.Combine(folder, "a", "eth0.pcap"), Path.Combine(folder, "b", "eth0.pcap"), "-o", "json"];
        var run = Invocation.Of(journeys);

        Assert.Equal((0, ""), (run.Code, run.Errors));
        // Asked for by itself the connection is told one by one, and the answer is the same.
        Assert.Equal(run.Output, Invocation.Of([.. journeys, "--flow", "10.0.0.1:40000"]).Output);
        var hop = JsonNode.Parse(run.Output)!["hops"]!.AsArray().Single(h => (bool)h!["forward"]!)!;
        Assert.Equal((1, 1, 0), ((int)hop["segmentsIn"]!, (int)hop["segmentsOut"]!, (int)hop["lost"]!));
    }

    [Fact]
    public void OneCaptureAloneIsInconclusive()
    {
        var capture = Path.Combine(folder, "eth0.pcap");
        File.WriteAllBytes(capture, CleanCapture.Bytes());

        var run = Invocation.Of("journeys", capture);

        Assert.Equal(4, run.Code);
        Assert.StartsWith("NOT JOINED", run.Output, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1:40000", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoCaptureIsNotLeftOutSilently()
    {
        var (capture, text) = (Path.Combine(folder, "eth0.pcap"), Path.Combine(folder, "notes.pcap"));
        File.WriteAllBytes(capture, CleanCapture.Bytes());
        File.WriteAllText(text, "hello\n");

        Assert.Contains("notes.pcap: unrecognised", Invocation.Of("journeys", capture, text).Output, StringComparison.Ordinal);
        Assert.Contains(Json("journeys", capture, text)["gaps"]!.AsArray(), g => (string?)g!["source"] == "notes.pcap");
    }

    [Theory]
    [InlineData("--range", "7-3")]
    [InlineData("--range", "all")]
    [InlineData("--flow", "10.0.0.1,here")]
    [InlineData("--output", "html")]
    public void WrongUsageIsOneLineAndExitCode2(string option, string value)
    {
        var run = Invocation.Of("journeys", folder, option, value);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void AFolderWithoutCapturesFailsWithALine()
    {
        File.WriteAllText(Path.Combine(folder, "poem.txt"), "Roses are red\n");

        var run = Invocation.Of("journeys", folder);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("no capture in", run.Errors, StringComparison.Ordinal);
    }

    private static JsonNode Json(params string[] args) => JsonNode.Parse(Invocation.Of([.. args, "-o", "json"]).Output)!;
}
