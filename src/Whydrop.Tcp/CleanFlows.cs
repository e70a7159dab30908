using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Facts;

namespace Whydrop.Tcp;

/// <summary>
/// The connections of one capture without anything unusual, which are most of them: each is made when it is asked for, as long as the
/// <see cref="TcpAnalysis"/> is not disposed of.
/// </summary>
public sealed class CleanFlows
{
    private readonly FlowFacts facts;
    private readonly int firstCapture;
    private readonly int[] flows;

    internal CleanFlows(FlowFacts facts, int firstCapture) => (this.facts, this.firstCapture, flows) = (facts, firstCapture, facts.Clean());

    /// <summary>How many there are, up to <see cref="TcpAnalysisOptions.MostCleanFlows"/>.</summary>
    public int Count => flows.Length;

    /// <summary>One of them, in the order of their first frames.</summary>
    public CleanFlow this[int place] => facts.Glance(flows[place]);

    /// <summary>Number of the capture at a point, among those of the case.</summary>
    public int Capture(int point) => firstCapture + point;

    /// <summary>Where the frames of a point were taken.</summary>
    public Evidence.VantagePoint At(int point) => facts.At(point);

    /// <summary>The ends of one.</summary>
    /// <param name="flow">Number of the connection.</param>
    public FlowEnds Ends(int flow) => facts.Ends(flow);

    /// <summary>The fact of one.</summary>
    /// <param name="flow">Number of the connection.</param>
    public TcpFlow Fact(int flow) => facts.Of(flow);
}
