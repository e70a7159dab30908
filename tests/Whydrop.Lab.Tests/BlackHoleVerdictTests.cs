namespace Whydrop.Lab.Tests;

/// <summary>The whole way: a real fault is made, collected, diagnosed by the command, and the verdict equals the truth.</summary>
public sealed class BlackHoleVerdictTests
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
    public void It_is_named_with_its_place(params string[] settings) => LabCommandRun.IsRight([.. settings, "seconds=4"]);
}
