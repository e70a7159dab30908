using System.Text;

namespace Whydrop.Readers.Counters;

/// <summary>
/// Finds the counter of a "netstat -s" line. A line is compared as a whole, never by its beginning: "packets pruned from receive queue"
/// and "… because of socket buffer overrun" are different counters. Plurals, capitals and a final full stop do not matter: they differ between releases.
/// </summary>
internal static class CounterSentenceIndex
{
    private static readonly Dictionary<(string Group, string Histogram, string Key), string> Names = Build();
    private static readonly Dictionary<string, (string Group, string Name)?> Anywhere = BuildAnywhere();

    /// <summary>The counter's name below a heading; null for an unknown sentence.</summary>
    /// <param name="group">The heading: "Icmp".</param>
    /// <param name="histogram">"In" or "Out" below a histogram heading, else nothing.</param>
    /// <param name="line">The line.</param>
    /// <param name="value">Its value.</param>
    public static string? Find(string group, string histogram, string line, out long value)
    {
        if (Key(line, out value) is not { } key)
        {
            return null;
        }

        return Names.TryGetValue((group, histogram, key), out var name) || Names.TryGetValue((group, "", key), out name) ? name : null;
    }

    /// <summary>The counter of a line whose heading is not known; null when its words occur below several headings.</summary>
    public static (string Group, string Name)? FindAnywhere(string line, out long value) =>
        Key(line, out value) is { } key && Anywhere.TryGetValue(key, out var counter) ? counter : null;

    /// <summary>The words of a line without its one number, in a spelling that does not depend on the release.</summary>
    public static string? Key(string line, out long value)
    {
        value = 0;
        var trimmed = line.AsSpan().Trim().TrimEnd('.');
        if (trimmed.Length is 0 or > 160)
        {
            return null;
        }

        var key = new StringBuilder(trimmed.Length);
        var found = false;
        foreach (var range in trimmed.Split(' '))
        {
            var word = trimmed[range];
            if (word.IsEmpty)
            {
                continue;
            }

            if (!found && Number(word) is { } number)
            {
                found = true;
                value = number;
                word = "N";
            }

            Append(key, word);
        }

        return found ? key.ToString() : null;
    }

    private static long? Number(ReadOnlySpan<char> word) => word switch
    {
        "N" => 0,
        "enabled" => 1,
        "disabled" => 2,
        _ when char.IsAsciiDigit(word[0]) || (word[0] == '-' && word.Length > 1) => Text.Words.Number(word.ToString()),
        _ => null,
    };

    private static void Append(StringBuilder key, ReadOnlySpan<char> word)
    {
        if (key.Length > 0)
        {
            key.Append(' ');
        }

        var colon = word[^1] == ':';
        word = colon ? word[..^1] : word;
        if (word.Length > 3 && word[^1] is 's' or 'S')
        {
            word = word[..^1];
        }

        foreach (var c in word)
        {
            key.Append(char.ToLowerInvariant(c));
        }

        key.Append(colon ? ":" : "");
    }

    private static Dictionary<(string Group, string Histogram, string Key), string> Build()
    {
        var names = new Dictionary<(string, string, string), string>();
        foreach (var sentence in CounterSentences.All)
        {
            var histogram = !sentence.InHistogram ? "" : sentence.Name.StartsWith("Out", StringComparison.Ordinal) ? "Out" : "In";
            if (Key(sentence.Text, out _) is { } key)
            {
                names.TryAdd((sentence.Group, histogram, key), sentence.Name);
            }
        }

        return names;
    }

    private static Dictionary<string, (string Group, string Name)?> BuildAnywhere()
    {
        var anywhere = new Dictionary<string, (string Group, string Name)?>(StringComparer.Ordinal);
        foreach (var ((group, _, key), name) in Names)
        {
            anywhere[key] = anywhere.ContainsKey(key) ? null : (group, name);
        }

        return anywhere;
    }
}
