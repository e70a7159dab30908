using System.Globalization;

namespace Whydrop.Readers.Queueing;

/// <summary>Numbers with units as tc prints them (tc/tc_util.c): rates in steps of 1000, sizes in steps of 1024.</summary>
internal static class TcUnits
{
    /// <summary>"10Mbit", "1500bit", "12bps" (bytes) → bits per second.</summary>
    public static long? Bits(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var (scale, rest) = text.EndsWith("bit", StringComparison.Ordinal) ? (1.0, text[..^3]) : text.EndsWith("bps", StringComparison.Ordinal) ? (8.0, text[..^3]) : (0, text);
        var step = rest.Contains('i') ? 1024.0 : 1000.0;
        return scale == 0 ? null : Scaled(rest.Replace("i", "", StringComparison.Ordinal), step) * scale is { } value and >= 0 and < 9e18 ? (long)Math.Round(value) : null;
    }

    /// <summary>"1600b", "15Kb", "1Mb", "1000", also with "/8" behind (cells) → bytes.</summary>
    public static long? Bytes(string? text)
    {
        var slash = text?.IndexOf('/') ?? -1;
        var size = slash > 0 ? text![..slash] : text;
        return size is not null && Scaled(size.EndsWith('b') ? size[..^1] : size, 1024) is { } value and >= 0 and < 9e18 ? (long)Math.Round(value) : null;
    }

    /// <summary>"50ms", "3.28ms", "700us", "1s".</summary>
    public static double? Seconds(string? text)
    {
        var (scale, digits) = text switch
        {
            null => (0, ""),
            _ when text.EndsWith("us", StringComparison.Ordinal) => (1e-6, text[..^2]),
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (1e-3, text[..^2]),
            _ when text.EndsWith('s') => (1.0, text[..^1]),
            _ => (0, ""),
        };
        return scale > 0 && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value * scale : null;
    }

    private static double? Scaled(string text, double step)
    {
        var power = text.Length > 0 ? "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1 : 0;
        return double.TryParse(power > 0 ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value * Math.Pow(step, power) : null;
    }
}
