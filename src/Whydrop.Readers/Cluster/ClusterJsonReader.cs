using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>kubectl get … -o json: a list or single objects, several texts one after another; also what "cluster-info dump" and support bundles hold.</summary>
public sealed class ClusterJsonReader : Reader
{
    /// <inheritdoc />
    public override string Id => "kubectl-json";

    /// <inheritdoc />
    public override string Reads => "kubectl get pods,nodes,services,endpoints,endpointslices,events,configmaps -o json: lists and single objects";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        if (sample.Lines.Count == 0 || sample.Lines[0].Text.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return 0;
        }

        var members = 0;
        foreach (var line in sample.Lines)
        {
            members |= (Says(line.Text, "\"apiVersion\"") ? 1 : 0) | (Says(line.Text, "\"kind\"") || Says(line.Text, "\"items\"") || Says(line.Text, "\"metadata\"") ? 2 : 0);
        }

        return members == 3 ? 98 : 0;
    }

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith("{\"", StringComparison.Ordinal) && Says(line, "\"apiVersion\"") && Says(line, "\"kind\"");

    private protected override void Read(TextFile file, Findings findings)
    {
        var objects = new ClusterObjects(findings);
        var broken = JsonText.Parse(file, "items", objects.Take);
        objects.Close();
        if (broken is { } cut)
        {
            findings.Gap(cut.Line, GapKind.Truncated, $"the JSON text is broken here, what is complete before it was read: {Findings.Quote(cut.Reason)}");
        }
    }

    private static bool Says(string line, string member) => line.AsSpan(0, Math.Min(line.Length, 4000)).Contains(member, StringComparison.Ordinal);
}
