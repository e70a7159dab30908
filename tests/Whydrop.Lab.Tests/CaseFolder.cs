using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Tests;

/// <summary>A folder for one lab case, gone with the test.</summary>
internal sealed class CaseFolder : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("whydrop-lab-test-").FullName;

    public string Case => Path.Combine(root, "case");

    public LabResult Run(params string[] settings) =>
        LabRunner.Run(LabCatalogue.Find("tunnel-mtu"), settings, Case, null, null, CancellationToken.None);

    /// <summary>Datagrams in a capture that match a pcap filter, counted by tcpdump: the truth is not checked with our own reader.</summary>
    public int Count(string capture, string filter)
    {
        var read = Tool.Run("tcpdump", ["-n", "-t", "-r", Path.Combine(Case, capture), .. filter.Split(' ')]).OrThrow();
        return read.Output.Split('\n').Count(line => line.StartsWith("IP", StringComparison.Ordinal));
    }

    /// <summary>A counter of the second reading minus that of the first, from /proc/net/snmp or snmp6 as collected.</summary>
    public long Growth(string host, string protocol, string counter) =>
        Counter(host, "2-after", protocol, counter) - Counter(host, "1-before", protocol, counter);

    public void Dispose() => Directory.Delete(root, recursive: true);

    private long Counter(string host, string moment, string protocol, string counter)
    {
        if (protocol.EndsWith('6'))
        {
            var line = File.ReadLines(Path.Combine(Case, host, $"proc-net-snmp6.{moment}.txt")).Single(l => l.StartsWith(protocol + counter + " ", StringComparison.Ordinal) || l.StartsWith(protocol + counter + "\t", StringComparison.Ordinal));
            return long.Parse(line[(protocol.Length + counter.Length)..].Trim());
        }

        var rows = File.ReadLines(Path.Combine(Case, host, $"proc-net-snmp.{moment}.txt"))
            .Where(l => l.StartsWith(protocol + ":", StringComparison.Ordinal))
            .Select(l => l.Split(' '))
            .ToArray();
        return long.Parse(rows[1][Array.IndexOf(rows[0], counter)]);
    }
}
