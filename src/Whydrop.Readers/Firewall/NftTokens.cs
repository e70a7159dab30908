namespace Whydrop.Readers.Firewall;

/// <summary>The words of nft's output: blanks part them, braces, commas and semicolons stand alone, quoted strings stay whole.</summary>
internal sealed class NftTokens
{
    private readonly List<(int Start, int End)> spans = [];
    private readonly string text;

    public NftTokens(string text)
    {
        this.text = text;
        var at = 0;
        while (at < text.Length)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            var start = at;
            if (c == '"')
            {
                at = Quoted(at);
            }
            else if (IsAlone(c))
            {
                at++;
            }
            else
            {
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && !IsAlone(text[at]) && text[at] != '"')
                {
                    at++;
                }
            }

            spans.Add((start, at));
        }
    }

    public int Count => spans.Count;

    /// <summary>The word at an index without its quotes; nothing beyond the end.</summary>
    public string this[int index]
    {
        get
        {
            if ((uint)index >= (uint)spans.Count)
            {
                return "";
            }

            var word = text[spans[index].Start..spans[index].End];
            return word is ['"', .., '"'] && word.Length > 1 ? word[1..^1] : word;
        }
    }

    /// <summary>Open braces minus closed ones.</summary>
    public int Balance => spans.Sum(s => s.End - s.Start == 1 ? text[s.Start] switch { '{' => 1, '}' => -1, _ => 0 } : 0);

    public bool IsQuoted(int index) => (uint)index < (uint)spans.Count && text[spans[index].Start] == '"';

    /// <summary>Whether the word is this brace, comma or semicolon and not a quoted one.</summary>
    public bool Is(int index, string word) => !IsQuoted(index) && this[index] == word;

    /// <summary>The index behind the brace that closes the one at <paramref name="index"/>; the end when none does.</summary>
    public int Behind(int index)
    {
        var depth = 0;
        for (var i = index; i < Count; i++)
        {
            depth += Is(i, "{") ? 1 : Is(i, "}") ? -1 : 0;
            if (depth == 0)
            {
                return i + 1;
            }
        }

        return Count;
    }

    /// <summary>The text without the words of these indexes (first, behind the last), blanks folded.</summary>
    public string Without(IEnumerable<(int From, int To)> left)
    {
        var kept = new System.Text.StringBuilder();
        var at = 0;
        foreach (var (from, to) in left)
        {
            if (from < to && from < Count && to <= Count)
            {
                kept.Append(text, at, spans[from].Start - at);
                at = spans[to - 1].End;
            }
        }

        return Fold(kept.Append(text, at, text.Length - at).ToString());
    }

    public static string Fold(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static bool IsAlone(char c) => c is '{' or '}' or ',' or ';';

    // nft's strings hold no quote; those of iptables' comments are escaped.
    private int Quoted(int at)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
        }

        return text.Length;
    }
}
