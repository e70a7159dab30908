namespace Whydrop.Lab;

/// <summary>The parameters of one run: the defaults of its scenario, and what the user set.</summary>
public sealed class LabSettings
{
    private readonly Dictionary<string, string> values;

    private LabSettings(Dictionary<string, string> values) => this.values = values;

    /// <summary>Every parameter with its value, in the scenario's order.</summary>
    public IReadOnlyDictionary<string, string> All => values;

    /// <summary>Reads <c>key=value</c> pairs.</summary>
    /// <exception cref="LabUsageException">A pair without "=", an unknown name, or a value outside what is allowed.</exception>
    public static LabSettings Parse(IReadOnlyList<LabParameter> parameters, IEnumerable<string> pairs)
    {
        var settings = parameters.ToDictionary(p => p.Name, p => p.Default);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new LabUsageException($"--set {pair}: write key=value");
            var name = pair[..at].Trim();
            var value = pair[(at + 1)..].Trim();
            var parameter = parameters.FirstOrDefault(p => p.Name == name)
                ?? throw new LabUsageException($"--set {pair}: unknown parameter '{name}'; there are: {string.Join(", ", parameters.Select(p => p.Name))}");
            Check(parameter, value, pair);
            settings[name] = value;
        }

        return new LabSettings(settings);
    }

    /// <summary>The word a parameter has.</summary>
    public string Word(string name) => values[name];

    /// <summary>The number a parameter has.</summary>
    public int Number(string name) => int.Parse(values[name]);

    /// <summary>The number a parameter has, or <paramref name="otherwise"/> when it is "auto".</summary>
    public int NumberOr(string name, int otherwise) => values[name] == "auto" ? otherwise : Number(name);

    private static void Check(LabParameter parameter, string value, string pair)
    {
        if (parameter.Allowed.Length > 0)
        {
            if (!parameter.Allowed.Contains(value))
                throw new LabUsageException($"--set {pair}: '{parameter.Name}' is one of {string.Join(", ", parameter.Allowed)}");
            return;
        }

        if (value == "auto" && parameter.Default == "auto")
            return;
        if (!int.TryParse(value, out var number) || number < parameter.Least || number > parameter.Most)
            throw new LabUsageException($"--set {pair}: '{parameter.Name}' is a whole number from {parameter.Least} to {parameter.Most}");
    }
}
