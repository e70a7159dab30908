namespace Whydrop.Readers.Neighbours;

/// <summary>NUD states as iproute2 prints them (ip/ipneigh.c).</summary>
internal static class NeighbourStates
{
    private static readonly HashSet<string> States = new(StringComparer.Ordinal)
    {
        "NONE", "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "NOARP", "PERMANENT",
    };

    public static bool Contains(string word) => States.Contains(word);
}
