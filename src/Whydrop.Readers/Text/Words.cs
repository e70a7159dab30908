using System.Globalization;

namespace Whydrop.Readers.Text;

/// <summary>The words of a line, parted by blanks. Nothing here throws for a word that is not there.</summary>
internal readonly struct Words
{
    private readonly string[] words;

    public Words(string line) => words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public int Count => words.Length;

    /// <summary>The word at an index; nothing beyond the end.</summary>
    public string this[int index] => (uint)index < (uint)words.Length ? words[index] : "";

    public string Last => this[words.Length - 1];

    public int IndexOf(string word, int from = 0)
    {
        for (var i = from; i < words.Length; i++)
        {
            if (words[i] == word)
            {
                return i;
            }
        }

        return -1;
    }

    public bool Has(string word) => IndexOf(word) >= 0;

    /// <summary>The word that follows a key; null when the key or its value is not there.</summary>
    public string? After(string key)
    {
        var index = IndexOf(key);
        return index >= 0 && index + 1 < words.Length ? words[index + 1] : null;
    }

    /// <summary>The whole number after a key.</summary>
    public int? NumberAfter(string key) => Number(After(key)) is { } n and >= int.MinValue and <= int.MaxValue ? (int)n : null;

    /// <summary>The words from one index up to another, joined by single blanks.</summary>
    public string Join(int from, int to)
    {
        from = Math.Clamp(from, 0, words.Length);
        return string.Join(' ', words, from, Math.Clamp(to, from, words.Length) - from);
    }

    /// <summary>A whole decimal number, negative too, as the kernel prints it; values above <see cref="long.MaxValue"/> are kept at that bound.</summary>
    public static long? Number(string? word)
    {
        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        return ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? long.MaxValue : null;
    }
}
