using System.Globalization;
using System.Text.RegularExpressions;

namespace Whydrop.Readers.Cluster;

/// <summary>"2m13s", "2m (x5 over 10m)": how long ago an event was last seen, and how often.</summary>
internal static partial class EventAge
{
    public static (TimeSpan? Age, int? Count) Of(string? text)
    {
        if (text is null || Repeated().Match(text) is not { Success: true } found)
        {
            return (ClusterMoment.Age(text), null);
        }

        return (ClusterMoment.Age(found.Groups["last"].Value), int.TryParse(found.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null);
    }

    [GeneratedRegex(@"^(?<last>[\dsmhdy]{1,20}) \(x(?<count>\d{1,9}) over [\dsmhdy]{1,20}\)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Repeated();
}
