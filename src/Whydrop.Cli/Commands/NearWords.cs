namespace Whydrop.Cli.Commands;

/// <summary>Words that may have been meant.</summary>
internal static class NearWords
{
    private const int Most = 5;

    /// <summary>In brackets for an error line: the nearest of the words, or how to see them all.</summary>
    public static string Of(string word, IEnumerable<string> words, string otherwise)
    {
        var key = Key(word);
        var near = words.Select(w => (Word: w, Distance: EditDistance(Key(w), key)))
            .Where(w => w.Distance <= Math.Max(2, key.Length / 3) || (key.Length > 2 && Key(w.Word).Contains(key, StringComparison.Ordinal)))
            .OrderBy(w => w.Distance).ThenBy(w => w.Word, StringComparer.Ordinal).Take(Most).Select(w => w.Word).ToList();
        return near.Count > 0 ? $"(near: {string.Join(", ", near)}; {otherwise})" : $"({otherwise})";
    }

    /// <summary>Letters and digits in lower case: how a word is compared.</summary>
    public static string Key(string word) => string.Concat(word.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // Levenshtein, two rows.
    private static int EditDistance(string a, string b)
    {
        var before = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], before[j]) + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            }

            before = row;
        }

        return before[b.Length];
    }
}
