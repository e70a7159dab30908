namespace Whydrop.Readers.Counters;

/// <summary>One sentence of "netstat -s".</summary>
/// <param name="Group">Heading it stands below: "TcpExt".</param>
/// <param name="Name">Kernel spelling of the counter without its group: "PruneCalled".</param>
/// <param name="Text">The sentence with N for the value.</param>
internal sealed record CounterSentence(string Group, string Name, string Text)
{
    /// <summary>Whether it stands below one of the ICMP histogram headings.</summary>
    public bool InHistogram => Text.EndsWith(": N", StringComparison.Ordinal);
}
