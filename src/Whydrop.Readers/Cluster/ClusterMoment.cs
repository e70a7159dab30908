using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Readers.Logs;

namespace Whydrop.Readers.Cluster;

/// <summary>Times and ages as the cluster's API and kubectl print them.</summary>
internal static class ClusterMoment
{
    /// <summary>"2024-02-20T10:11:12Z", "Tue, 20 Feb 2024 10:11:12 +0800"; null for anything else.</summary>
    public static Timestamp? Time(string? text)
    {
        var at = 0;
        return text is null ? null : LogMoment.Take(text, ref at)?.Time;
    }

    /// <summary>"5m12s", "3d2h", "4y31d"; null for anything else.</summary>
    public static TimeSpan? Age(string? text)
    {
        if (text is null || text.Length is 0 or > 24)
        {
            return null;
        }

        double seconds = 0;
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            double? unit = text[i] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'y' => 365 * 86400, _ => null };
            if (unit is null || !int.TryParse(text.AsSpan(from, i - from), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            seconds += unit.Value * count;
            from = i + 1;
        }

        return from == text.Length && seconds < 1e10 ? TimeSpan.FromSeconds(seconds) : null;
    }
}
