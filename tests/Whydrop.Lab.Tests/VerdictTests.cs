using System.Text;
using Whydrop.Cli;

namespace Whydrop.Lab.Tests;

/// <summary>The whole way: a real fault is made, collected, diagnosed by the command, and the verdict equals the truth.</summary>
public sealed class VerdictTests
{
    [LabTheory]
    [InlineData("mtu=1440")]
    [InlineData("mtu=1410")]
    [InlineData("family=6")]
    [InlineData("family=6", "underlay=6")]
    [InlineData("tunnel=vxlan")]
    [InlineData("family=6", "tunnel=vxlan", "mtu=1400")]
    [InlineData("icmp=filtered-upstream")]
    [InlineData("offload=off", "payload=1000", "mtu=900")]
    [InlineData("direction=response")]
    [InlineData("evidence=node")]
    [InlineData("evidence=front-only")]
    public void The_black_hole_is_named_with_its_place(params string[] settings) => Right([.. settings, "seconds=6"]);

    [LabTheory]
    [InlineData("mtu=1500")]
    [InlineData("mtu=1500", "family=6")]
    [InlineData("mtu=1450", "tunnel=vxlan")]
    [InlineData("mtu=1500", "direction=response")]
    [InlineData("icmp=open")]
    [InlineData("icmp=open", "family=6")]
    public void A_healthy_run_has_no_fault(params string[] settings) => Right(settings);

    private static void Right(string[] settings)
    {
        using var results = new MemoryStream();
        using var messages = new StringWriter();
        var code = CommandLine.Run(["lab", "run", "tunnel-mtu", .. settings.SelectMany(s => new[] { "--set", s })], results, messages);

        Assert.True(code == ExitCode.Healthy, $"exit code {code}\n{messages}\n{Encoding.UTF8.GetString(results.ToArray())}");
    }
}
