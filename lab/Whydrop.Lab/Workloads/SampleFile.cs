using System.Globalization;

namespace Whydrop.Lab.Workloads;

/// <summary>What a load tool that dates its samples leaves: time, latency and status of each request.</summary>
public static class SampleFile
{
    /// <summary>Writes a report as CSV, in the order in which the requests began.</summary>
    public static void Write(string file, RequestReport report) => File.WriteAllLines(
        file,
        report.All.OrderBy(o => o.At).Select(o => string.Create(
            CultureInfo.InvariantCulture,
            $"{o.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'},{o.Took.TotalMilliseconds:0.0},{(o.Error is null ? "200" : o.Error.ToString())}")).Prepend("time,latency_ms,status"));
}
