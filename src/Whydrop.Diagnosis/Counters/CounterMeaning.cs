namespace Whydrop.Diagnosis.Counters;

/// <summary>What one kernel counter counts, what it is to be compared with, and when it is unhealthy.</summary>
/// <param name="Name">Kernel spelling with its group: "TcpExt.PruneCalled".</param>
/// <param name="Meaning">What makes it grow.</param>
public sealed record CounterMeaning(string Name, string Meaning)
{
    /// <summary>What it says when it is outside its healthy range; empty for a volume.</summary>
    public string Otherwise { get; init; } = "";

    /// <summary>Counters whose sum is its natural base; empty when it has none.</summary>
    public IReadOnlyList<string> Of { get; init; } = [];

    /// <summary>Share of the base from which on it deserves a look; 0: from the first on.</summary>
    public double LookFrom { get; init; }

    /// <summary>Share of the base from which on it is bad; 0: from the first on. Null: it is never bad by itself.</summary>
    public double? BadFrom { get; init; }

    /// <summary>It measures work, or is a gauge or a setting: no value of it is unhealthy by itself.</summary>
    public bool IsVolume { get; init; }

    /// <summary>The healthy range in words: "0", "below 0.1 % of Tcp.OutSegs".</summary>
    public string Healthy => IsVolume ? "any"
        : LookFrom > 0 ? $"below {Share(LookFrom)} of {string.Join(" + ", Of)}"
        : BadFrom is null ? "0, or few" : "0";

    /// <summary>"0.1 %".</summary>
    internal static string Share(double share) => share switch
    {
        0 => "0 %",
        < 0.0001 => string.Create(null, $"{share * 1e6:0.##} in a million"),
        _ => string.Create(null, $"{share * 100:0.##} %"),
    };
}
