using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Terminal;

/// <summary>Finds out what standard output can show.</summary>
internal static class StandardOutput
{
    private const int PipeWidth = 100;
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <param name="colour">auto, always or never; "always" also overrides NO_COLOR.</param>
    public static Screen Screen(string colour)
    {
        var interactive = !Console.IsOutputRedirected;
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var wanted = colour switch
        {
            "always" => true,
            "never" => false,

            // https://no-color.org: present and not empty.
            _ => interactive && !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        };
        var width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0
            ? columns
            : interactive && Console.WindowWidth > 0 ? Console.WindowWidth : PipeWidth;
        return new Screen(width, wanted, interactive, Unicode: interactive && !dumb && LocaleIsUnicode());
    }

    // locale(7): the first one that is set decides; "C", "POSIX" and another charset cannot show more than ASCII. Containers often set none.
    private static bool LocaleIsUnicode()
    {
        var locale = LocaleVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        return locale is null
            || locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }
}
