namespace Whydrop.Readers.Firewall;

/// <summary>The elements of a set or map.</summary>
/// <param name="Elements">Key, as its concatenated parts, and what it maps to, in words; nothing for a set.</param>
/// <param name="Changes">Packets or time change it: what was printed does not hold for long.</param>
internal sealed record NftSet(IReadOnlyList<(string[] Key, string[] Value)> Elements, bool Changes)
{
    public static NftSet Unknown { get; } = new([], true);

    /// <summary>Reads "{ 10.0.0.1 . tcp . 443 comment "x" : goto y, … }" that begins at an index.</summary>
    public static NftSet Read(NftTokens tokens, int brace, bool changes)
    {
        var elements = new List<(string[] Key, string[] Value)>();
        var end = tokens.Behind(brace) - 1;
        var key = new List<string>();
        var value = new List<string>();
        var behindColon = false;
        for (var i = brace + 1; i <= end; i++)
        {
            if (i == end || tokens.Is(i, ","))
            {
                if (key.Count > 0)
                {
                    elements.Add(([.. key], [.. value]));
                }

                (key, value, behindColon) = ([], [], false);
            }
            else if (tokens.Is(i, ":"))
            {
                behindColon = true;
            }
            else if (!tokens.IsQuoted(i) && tokens[i] is "comment" or "timeout" or "expires")
            {
                i++;
            }
            else if (tokens.Is(i, "counter") && tokens[i + 1] == "packets")
            {
                i += 4;
            }
            else if (!tokens.Is(i, "."))
            {
                (behindColon ? value : key).Add(tokens[i]);
            }
        }

        return new NftSet(elements, changes);
    }
}
