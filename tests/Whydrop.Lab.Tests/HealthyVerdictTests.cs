namespace Whydrop.Lab.Tests;

/// <summary>Runs in which nothing stalls must not be accused.</summary>
public sealed class HealthyVerdictTests
{
    [LabTheory]
    [InlineData("mtu=1500")]
    [InlineData("mtu=1500", "family=6")]
    [InlineData("mtu=1450", "tunnel=vxlan")]
    [InlineData("mtu=1500", "direction=response")]
    [InlineData("icmp=open")]
    [InlineData("icmp=open", "offload=off")]
    [InlineData("icmp=open", "family=6")]
    [InlineData("icmp=open", "direction=response")]
    public void There_is_no_fault(params string[] settings) => LabCommandRun.IsRight(settings);
}
