using System.Text.RegularExpressions;

namespace Whydrop.Case.Naming;

/// <summary>What a path says about the order in which dumps were taken.</summary>
internal static partial class MomentName
{
    private static readonly string[] Early = ["before", "start", "begin", "first", "baseline", "pre"];
    private static readonly string[] Late = ["after", "end", "last", "second", "final", "post"];

    /// <summary>Compares two paths by words and times that state an order: before/after, time stamps.</summary>
    /// <returns>Negative when the left one is earlier; 0 when nothing is stated.</returns>
    public static int CompareStated(string left, string right)
    {
        var byWord = WordRank(left).CompareTo(WordRank(right));
        if (byWord != 0)
        {
            return WordRank(left) == 0 || WordRank(right) == 0 ? 0 : byWord;
        }

        var (a, b) = (TimeStamp().Match(left), TimeStamp().Match(right));
        return a.Success && b.Success ? string.CompareOrdinal(Digits(a.Value), Digits(b.Value)) : 0;
    }

    /// <summary>Compares by any number in the names (1/2, t0/t1), then by name.</summary>
    public static int CompareLoosely(string left, string right)
    {
        var (a, b) = (Number().Matches(left), Number().Matches(right));
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var (x, y) = (a[i].Value.TrimStart('0'), b[i].Value.TrimStart('0'));
            var order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y);
            if (order != 0)
            {
                return order;
            }
        }

        return string.CompareOrdinal(left, right);
    }

    private static int WordRank(string path)
    {
        var words = Words().Matches(path.ToLowerInvariant()).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        return words.Overlaps(Early) ? -1 : words.Overlaps(Late) ? 1 : 0;
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    [GeneratedRegex(@"(?<!\d)(\d{13}|\d{10}|\d{4}-?\d\d-?\d\d([T_ -]?\d\d[:.-]?\d\d([:.-]?\d\d)?)?|\d\d[:-]\d\d[:-]\d\d)(?!\d)", RegexOptions.ExplicitCapture)]
    private static partial Regex TimeStamp();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"[a-z]+")]
    private static partial Regex Words();
}
