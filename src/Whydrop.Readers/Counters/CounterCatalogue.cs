namespace Whydrop.Readers.Counters;

/// <summary>The kernel's SNMP counters that have a sentence in "netstat -s".</summary>
public static class CounterCatalogue
{
    /// <summary>Every counter as the facts name it: "TcpExt.PruneCalled".</summary>
    public static IReadOnlyList<string> Names { get; } = [.. CounterSentences.All.Select(s => $"{s.Group}.{s.Name}").Distinct()];

    /// <summary>What "netstat -s" says for a counter, N standing for the value; releases differ, so there may be several.</summary>
    /// <param name="name">As in <see cref="Names"/>.</param>
    public static IReadOnlyList<string> Sentences(string name) => [.. CounterSentences.All.Where(s => $"{s.Group}.{s.Name}" == name).Select(s => s.Text)];
}
