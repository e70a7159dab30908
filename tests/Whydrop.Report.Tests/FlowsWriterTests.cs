using System.Text.Json;
using Whydrop.Evidence;
using Whydrop.Report.Flows;
using Whydrop.Report.Json;

namespace Whydrop.Report.Tests;

public class FlowsWriterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void ItWritesWhatTheContractTypesSay(int flows)
    {
        var flow = Models.Flow();
        var full = flow with
        {
            Encapsulation = "VXLAN 42 → \"b\"",
            HandshakeRtt = TimeSpan.FromMicroseconds(1234.5),
            FromServer = flow.FromServer with { Mss = null, WindowScale = null, SackPermitted = null, Ttl = null, MinRtt = null, SmoothedRtt = null, ResetFrame = new Provenance("node-a/eth0.pcap1", Frame: 7) },
        };
        var rows = Enumerable.Range(0, flows).Select(i => new FlowRow(i % 2 == 0 ? flow : full, i, 1)).ToList();
        Gap[] gaps =
        [
            new(VantagePoint.Unknown, new Provenance("a \u0001 é", Frame: 3), GapKind.Truncated, "cut > off"),
            new(new VantagePoint("n", "s", "eth0"), new Provenance("b", Line: 9), GapKind.Unreadable, "why"),
        ];
        var written = new StringWriter();

        JsonReport.WriteFlows(rows, flows + 5, gaps, written);

        var expected = JsonSerializer.Serialize(DocumentBuilder.Flows(rows, flows + 5, gaps), VerdictJsonContext.Readable.FlowsDocument) + "\n";
        Assert.Equal(expected, written.ToString());
    }
}
