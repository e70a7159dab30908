using System.Globalization;

namespace Whydrop.Readers.Cluster;

/// <summary>Amounts as the cluster's API writes them: "500m", "1.5", "128Mi", "129e6".</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    /// <summary>The amount times a scale, rounded up as the scheduler does; null for anything else.</summary>
    public static long? Of(string? text, int scale)
    {
        if (text is null || text.Length is 0 or > 40)
        {
            return null;
        }

        var found = Array.FindIndex(Suffixes, s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        var factor = found < 0 ? 1 : Suffixes[found].Factor;
        if (!decimal.TryParse(text.AsSpan(0, text.Length - (found < 0 ? 0 : Suffixes[found].Suffix.Length)), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
            || Math.Abs(value) > 1e9m * 1e9m / factor)
        {
            return null;
        }

        var scaled = decimal.Ceiling(value * factor * scale);
        return Math.Abs(scaled) > long.MaxValue ? null : (long)scaled;
    }
}
