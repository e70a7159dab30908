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
    /// <summary>A parameter that takes one of a few words.</summary>
    public static LabParameter Choice(string name, string meaning, params string[] allowed) => new(name, allowed[0], meaning, allowed);

    /// <summary>A parameter that takes a whole number.</summary>
    public static LabParameter Number(string name, int preset, string meaning, int least, int most) => new(name, $"{preset}", meaning, [], least, most);

    /// <summary>A number that follows from other parameters unless it is set.</summary>
    public static LabParameter AutoNumber(string name, string meaning, int least, int most) => new(name, "auto", meaning, [], least, most);
}
