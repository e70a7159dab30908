using System.ComponentModel;

namespace Whydrop.Report.Json;

// The contract "whydrop.flows/1".

[Description("Connections of one or several captures.")]
internal sealed record FlowsDocument(
    string Schema,
    string Version,
    [property: Description("Connections that were found, shown here or not.")] int Total,
    IReadOnlyList<FlowElement> Flows,
    IReadOnlyList<GapElement> Gaps);
