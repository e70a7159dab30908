using System.Text;
using System.Text.Json.Nodes;
using Whydrop.Cli;

namespace Whydrop.Lab.Tests.Scoring;

/// <summary>The whole way of <c>whydrop lab score</c>, with one real fault.</summary>
public sealed class ScoreCommandTests
{
    [LabFact]
    public void A_score_is_made_held_against_the_properties_and_written()
    {
        var folder = Directory.CreateTempSubdirectory("whydrop-score-test-").FullName;
        try
        {
            using var results = new MemoryStream();
            using var messages = new StringWriter();
            var code = CommandLine.Run(["lab", "score", "--filter", "tunnel-mtu", "--seeds", "2", "--properties", "--output", "json", "-o", folder], results, messages);

            Assert.True(code == ExitCode.Healthy, $"exit code {code}\n{messages}\n{Encoding.UTF8.GetString(results.ToArray())}");
            var score = JsonNode.Parse(results.ToArray())!;
            Assert.Equal(["Right", "Right"], score["runs"]!.AsArray().Select(r => (string?)r!["mark"]));
            Assert.Matches("pmtu-blackhole +2 +[.]", File.ReadAllText(Path.Combine(folder, "confusion-matrix.txt")));
            Assert.Equal(score.ToJsonString(), JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "score.json")))!.ToJsonString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
