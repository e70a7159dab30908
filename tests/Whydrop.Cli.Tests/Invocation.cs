using System.Text;

namespace Whydrop.Cli.Tests;

/// <summary>One run of the command line in this process.</summary>
internal sealed record Invocation(int Code, string Output, string Errors)
{
    public static Invocation Of(params string[] args)
    {
        using var results = new MemoryStream();
        using var messages = new StringWriter();
        var code = CommandLine.Run(args, results, messages);
        return new Invocation(code, Encoding.UTF8.GetString(results.ToArray()), messages.ToString());
    }
}
