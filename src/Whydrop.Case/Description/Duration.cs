using System.Globalization;

namespace Whydrop.Case.Description;

/// <summary>Durations as the ecosystem writes them: 200ms, 1.5s, -3us, 2m, 1h; a bare number is seconds.</summary>
internal static class Duration
{
    private static readonly (string Suffix, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var unit = Units.FirstOrDefault(u => text.EndsWith(u.Suffix, StringComparison.Ordinal), ("", 1));
        var number = text[..^unit.Suffix.Length].Trim();
        if (!double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || Math.Abs(value * unit.Seconds) > 1e9)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(value * unit.Seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
