using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>kubectl get … -o yaml: a list, single objects, several documents.</summary>
public sealed class ClusterYamlReader : Reader
{
    private static readonly string[] Others = ["kind: ", "items:", "metadata:", "data:", "spec:", "status:", "- apiVersion: "];

    /// <inheritdoc />
    public override string Id => "kubectl-yaml";

    /// <inheritdoc />
    public override string Reads => "kubectl get pods,nodes,services,endpoints,endpointslices,events,configmaps -o yaml: lists, single objects, several documents";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        var members = 0;
        foreach (var line in sample.Lines)
        {
            var isVersion = line.Text.StartsWith("apiVersion: ", StringComparison.Ordinal) || line.Text.StartsWith("- apiVersion: ", StringComparison.Ordinal);
            members |= (isVersion ? 1 : 0) | (Array.Exists(Others, o => line.Text.StartsWith(o, StringComparison.Ordinal)) ? 2 : 0);
        }

        return members == 3 ? 95 : 0;
    }

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith("apiVersion: ", StringComparison.Ordinal) || (line.StartsWith("kind: ", StringComparison.Ordinal) && line.Length > 6 && char.IsAsciiLetterUpper(line[6]));

    private protected override void Read(TextFile file, Findings findings)
    {
        var objects = new ClusterObjects(findings);
        var gaps = YamlText.Parse(file, "items", objects.Take);
        objects.Close();
        foreach (var (line, kind, reason) in gaps)
        {
            findings.Gap(line, kind, reason);
        }
    }
}
