using System.Text.Json.Nodes;
using Whydrop.Diagnosis;
using Whydrop.Report.Json;

namespace Whydrop.Report.Tests;

public class JsonContractTests
{
    [Fact]
    public void ThePublishedSchemaIsTheOneOfTheTypes() => Snapshot.Matches(JsonReport.Schema(), "docs/verdict.schema.json");

    [Theory]
    [InlineData("confirmed")]
    [InlineData("suspected")]
    [InlineData("healthy")]
    [InlineData("inconclusive")]
    public void EveryDocumentValidates(string kind)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Snapshot.Root(), "docs/verdict.schema.json")))!;

        Assert.Equal([], Violations.Of(Document(kind), schema));
    }

    [Fact]
    public void TheValidatorSeesWhatIsWrong()
    {
        var schema = JsonNode.Parse(JsonReport.Schema())!;
        var document = (JsonObject)Document("confirmed");
        document.Remove("outcome");
        document["verdicts"]![0]!["status"] = "certain";
        document["ledger"]!["dataBytes"] = "many";

        Assert.Equal(3, Violations.Of(document, schema).Count);
    }

    [Fact]
    public void WordsAreThoseOfTheContract()
    {
        var document = Document("confirmed");

        Assert.Equal("whydrop.verdict/1", (string?)document["schema"]);
        Assert.Equal("fault", (string?)document["outcome"]);
        var verdict = document["verdicts"]![0]!;
        Assert.Equal("pmtu-blackhole", (string?)verdict["fault"]);
        Assert.Equal("confirmed", (string?)verdict["status"]);
        Assert.Equal("""{"node":"node-a","netns":null,"interface":"tunl0"}""", verdict["scope"]!.ToJsonString());
        Assert.Equal("""{"segments":12,"ofSegments":13,"bytes":16776,"connections":0,"ofConnections":0}""", verdict["explains"]!.ToJsonString());
        Assert.Equal("yes", (string?)verdict["readings"]![0]!["answer"]);
        Assert.Equal("""{"source":"node-a/eth0.pcap","frame":784}""", verdict["readings"]![0]!["evidence"]![0]!.ToJsonString());
        Assert.Equal("ruled-out", (string?)document["verdicts"]![1]!["status"]);
        var lost = document["ledger"]!["fates"]![0]!;
        Assert.Equal("lost", (string?)lost["fate"]);
        Assert.Equal("""["node-a/eth0","node-a/tunl0"]""", lost["between"]!.ToJsonString());
        Assert.Equal(59782, (long?)document["ledger"]!["dataBytes"]);
        Assert.Equal("healthy", (string?)Document("healthy")["outcome"]);
        Assert.Equal("inconclusive", (string?)Document("inconclusive")["outcome"]);
    }

    private static JsonNode Document(string kind)
    {
        using var text = new StringWriter();
        JsonReport.Write(
            kind switch
            {
                "confirmed" => Models.Fault(),
                "suspected" => Models.Fault(VerdictStatus.Suspected),
                "healthy" => Models.Healthy(),
                _ => Models.Inconclusive(),
            }, text);
        return JsonNode.Parse(text.ToString())!;
    }
}
