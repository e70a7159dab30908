using System.Text;
using Whydrop.Cli;

namespace Whydrop.Lab.Tests;

/// <summary>One <c>whydrop lab run tunnel-mtu</c> inside this process.</summary>
internal static class LabCommandRun
{
    /// <summary>Exit code 0: the verdict equals the truth.</summary>
    public static void IsRight(string[] settings)
    {
        using var results = new MemoryStream();
        using var messages = new StringWriter();
        var code = CommandLine.Run(["lab", "run", "tunnel-mtu", .. settings.SelectMany(s => new[] { "--set", s })], results, messages);

        Assert.True(code == ExitCode.Healthy, $"exit code {code}\n{messages}\n{Encoding.UTF8.GetString(results.ToArray())}");
    }
}
