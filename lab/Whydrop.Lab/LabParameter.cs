namespace Whydrop.Lab;

/// <summary>A knob of a lab scenario, set with <c>--set name=value</c>.</summary>
/// <param name="Name">Lower-case name.</param>
/// <param name="Default">Value when not set; "auto" where other parameters decide.</param>
/// <param name="Meaning">What it changes, with its unit.</param>
/// <param name="Allowed">The only values accepted; empty for a whole number between <paramref name="Least"/> and <paramref name="Most"/>.</param>
/// <param name="Least">Smallest number accepted.</param>
/// <param name="Most">Largest number accepted.</param>
public sealed record LabParameter(string Name, string Default, string Meaning, string[] Allowed, int Least = 0, int Most = 0)
{
    /// <summary>Words (or numbers) that a random choice takes; empty for all words that are allowed. One written twice is twice as likely.</summary>
    public IReadOnlyList<string> Drawn { get; init; } = [];

    /// <summary>Range of a random choice, inclusive; null keeps the default.</summary>
    public (int Least, int Most)? DrawnRange { get; init; }

    /// <summary>A parameter that takes one of a few words; the first is the default. A random choice takes any of them.</summary>
    public static LabParameter Choice(string name, string meaning, params string[] allowed) => new(name, allowed[0], meaning, allowed);

    /// <summary>A parameter that takes a whole number. A random choice keeps the default unless <see cref="Drawing(int, int)"/> gives a range.</summary>
    public static LabParameter Number(string name, int preset, string meaning, int least, int most) => new(name, $"{preset}", meaning, [], least, most);

    /// <summary>A number that follows from other parameters unless it is set.</summary>
    public static LabParameter AutoNumber(string name, string meaning, int least, int most) => new(name, "auto", meaning, [], least, most);

    /// <summary>The same, with the numbers that a random choice takes: those with which the fault still shows within the run.</summary>
    public LabParameter Drawing(int least, int most) => this with { DrawnRange = (least, most) };

    /// <summary>The same, with the words that a random choice takes.</summary>
    public LabParameter Drawing(params string[] words) => this with { Drawn = words };

    /// <summary>A value at random, the same for the same state of <paramref name="random"/>.</summary>
    public string Randomise(Random random)
    {
        if (Drawn.Count > 0)
            return Drawn[random.Next(Drawn.Count)];
        if (Allowed.Length > 0)
            return Allowed[random.Next(Allowed.Length)];
        return DrawnRange is var (least, most) ? $"{random.Next(least, most + 1)}" : Default;
    }
}
