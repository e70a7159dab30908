using System.Text;

namespace Whydrop.Architecture.Tests;

/// <summary>Blanks out comments, strings and character literals so that a scan sees code only. Line breaks stay.</summary>
internal static class CodeText
{
    public static string Strip(string text)
    {
        var output = new StringBuilder(text.Length);
        var i = 0;
        Code(text, ref i, output, insideHole: false);
        return output.ToString();
    }

    private static void Code(string text, ref int i, StringBuilder output, bool insideHole)
    {
        var braces = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (insideHole && c == '}' && braces-- == 0)
            {
                return;
            }

            braces += c == '{' ? 1 : 0;
            if (At(text, i, "//"))
            {
                Blank(text, ref i, LineEnd(text, i), output);
            }
            else if (At(text, i, "/*"))
            {
                var end = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                Blank(text, ref i, end < 0 ? text.Length : end + 2, output);
            }
            else if (c == '\'')
            {
                Character(text, ref i, output);
            }
            else if (c is '"' or '$' or '@' && Prefix(text, i) is { } prefix)
            {
                Literal(text, ref i, prefix, output);
            }
            else
            {
                // Inside an interpolation hole nothing declares a type; only its extent matters.
                output.Append(insideHole && (c is '{' or '}') ? ' ' : c);
                i++;
            }
        }
    }

    /// <summary>The characters before the opening quote, when a string literal starts here.</summary>
    private static string? Prefix(string text, int i)
    {
        var end = i;
        while (end < text.Length && text[end] is '$' or '@')
        {
            end++;
        }

        return end < text.Length && text[end] == '"' ? text[i..end] : null;
    }

    private static void Literal(string text, ref int i, string prefix, StringBuilder output)
    {
        output.Append(' ', prefix.Length);
        i += prefix.Length;
        var quotes = 0;
        while (i + quotes < text.Length && text[i + quotes] == '"')
        {
            quotes++;
        }

        if (quotes >= 3)
        {
            var end = text.IndexOf(new string('"', quotes), i + quotes, StringComparison.Ordinal);
            Blank(text, ref i, end < 0 ? text.Length : end + quotes, output);
            return;
        }

        Blank(text, ref i, i + 1, output);
        var verbatim = prefix.Contains('@', StringComparison.Ordinal);
        var interpolated = prefix.Contains('$', StringComparison.Ordinal);
        while (i < text.Length)
        {
            if (verbatim ? At(text, i, "\"\"") : text[i] == '\\')
            {
                Blank(text, ref i, i + 2, output);
            }
            else if (text[i] == '"')
            {
                Blank(text, ref i, i + 1, output);
                return;
            }
            else if (interpolated && (At(text, i, "{{") || At(text, i, "}}")))
            {
                Blank(text, ref i, i + 2, output);
            }
            else if (interpolated && text[i] == '{')
            {
                Blank(text, ref i, i + 1, output);
                Code(text, ref i, output, insideHole: true);
                Blank(text, ref i, i + 1, output);
            }
            else
            {
                Blank(text, ref i, i + 1, output);
            }
        }
    }

    private static void Character(string text, ref int i, StringBuilder output)
    {
        var end = i + 1;
        while (end < text.Length && text[end] is not '\'' and not '\n')
        {
            end += text[end] == '\\' ? 2 : 1;
        }

        Blank(text, ref i, end + 1, output);
    }

    private static void Blank(string text, ref int i, int end, StringBuilder output)
    {
        for (; i < end && i < text.Length; i++)
        {
            output.Append(text[i] == '\n' ? '\n' : ' ');
        }
    }

    private static bool At(string text, int i, string what) => string.CompareOrdinal(text, i, what, 0, what.Length) == 0;

    private static int LineEnd(string text, int i)
    {
        var end = text.IndexOf('\n', i);
        return end < 0 ? text.Length : end;
    }
}
