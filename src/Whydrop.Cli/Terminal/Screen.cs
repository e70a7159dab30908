namespace Whydrop.Cli.Terminal;

/// <summary>What standard output can show.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Colour">Escape sequences may be used.</param>
/// <param name="Interactive">A terminal, not a pipe or file.</param>
internal readonly record struct Screen(int Width, bool Colour, bool Interactive)
{
    private const int PipeWidth = 100;

    /// <param name="colour">auto, always or never; "always" also overrides NO_COLOR.</param>
    public static Screen Of(string colour)
    {
        var interactive = !Console.IsOutputRedirected;
        var wanted = colour switch
        {
            "always" => true,
            "never" => false,

            // https://no-color.org: present and not empty.
            _ => interactive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb",
        };
        var width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0
            ? columns
            : interactive && Console.WindowWidth > 0 ? Console.WindowWidth : PipeWidth;
        return new Screen(width, wanted, interactive);
    }
}
