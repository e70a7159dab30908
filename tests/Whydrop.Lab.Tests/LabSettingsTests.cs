using Whydrop.Lab.Scenarios.Tunnel;

namespace Whydrop.Lab.Tests;

public sealed class LabSettingsTests
{
    private static readonly LabParameter[] Parameters =
    [
        LabParameter.Number("mtu", 1440, "bytes", 576, 9000),
        LabParameter.Choice("family", "IP version", "4", "6"),
        LabParameter.AutoNumber("payload", "bytes", 600, 1448),
    ];

    [Fact]
    public void Defaults_hold_where_nothing_is_set()
    {
        var settings = LabSettings.Parse(Parameters, ["family=6"]);

        Assert.Equal(1440, settings.Number("mtu"));
        Assert.Equal("6", settings.Word("family"));
        Assert.Equal(77, settings.NumberOr("payload", 77));
    }

    [Theory]
    [InlineData("mtu")]
    [InlineData("=1440")]
    [InlineData("mut=1440")]
    [InlineData("mtu=575")]
    [InlineData("mtu=9001")]
    [InlineData("mtu=auto")]
    [InlineData("mtu=99999999999999999999")]
    [InlineData("family=5")]
    public void A_wrong_setting_is_named_in_one_line(string pair)
    {
        var failure = Assert.Throws<LabUsageException>(() => LabSettings.Parse(Parameters, [pair]));

        Assert.Contains(pair, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void An_unknown_scenario_is_answered_with_those_there_are() =>
        Assert.Contains("tunnel-mtu", Assert.Throws<LabUsageException>(() => LabCatalogue.Find("tunnel")).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_absent_need_is_one_line_that_names_it()
    {
        var unmet = Need.Unmet([Need.Tool("no-such-tool", "no-such-package"), Need.Tool("sh", "dash")]);

        Assert.Equal("no-such-tool: not found; install the package no-such-package", Assert.Single(unmet));
    }

    [LabTheory]
    [InlineData("family=6", "mtu=1000")]
    [InlineData("mtu=1500", "payload=1448")]
    [InlineData("icmp=filtered-upstream", "direction=response")]
    public void Settings_that_would_make_another_fault_are_refused(params string[] settings)
    {
        using var folder = new CaseFolder();

        var failure = Assert.Throws<LabUsageException>(() => folder.Run(settings));

        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void The_scenario_names_its_needs_by_what_is_set()
    {
        var scenario = new TunnelMtu();
        string[] Needs(string pair) => [.. scenario.Needs(LabSettings.Parse(scenario.Parameters, [pair])).Select(n => n.Name)];

        Assert.Contains("/dev/net/tun", Needs("tunnel=ipip"));
        Assert.DoesNotContain("/dev/net/tun", Needs("tunnel=vxlan"));
        Assert.DoesNotContain("ethtool", Needs("offload=on"));
    }
}
