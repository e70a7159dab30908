using System.CommandLine;

namespace Whydrop.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class OutputOption
{
    /// <summary>-o, one of the formats of the command; the first is the default.</summary>
    public static Option<string> Format(params string[] formats)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"Format of the result: {string.Join(", ", formats)}.",
            HelpName = string.Join('|', formats),
            DefaultValueFactory = _ => formats[0],
        };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }

    /// <summary>--color.</summary>
    public static Option<string> Colour()
    {
        var option = new Option<string>("--color")
        {
            Description = "Colours: auto uses them on a terminal unless NO_COLOR is set.",
            HelpName = "auto|always|never",
            DefaultValueFactory = _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "always", "never");
        return option;
    }
}
