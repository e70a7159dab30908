using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests;

public class DeviceNamingTests
{
    private const string Statistics = "NIC statistics:\n     rx_missed_errors: 4\n     conntrack_allowance_available: 900\n";

    [Theory]
    [InlineData("ethtool_-S_ens5", "ens5")]
    [InlineData("ethtool-S-eth0.txt", "eth0")]
    [InlineData("bond0.stats", "bond0")]
    public void TheFileNameSaysTheDevice(string name, string device)
    {
        using var folder = new CaseFolder().With("n/" + name, Statistics);

        Assert.All(folder.Load().Facts.Of<Counter>(), c => Assert.Equal(new VantagePoint("n", null, device), c.At));
    }

    [Fact]
    public void ANameThatOnlyTheDumpsKnowIsFound()
    {
        using var folder = new CaseFolder().With("n/driver-uplink.txt", "driver: veth\nversion: 1.0\nbus-info: \n").With("n/link.txt", "2: uplink: <UP> mtu 1500 qdisc noqueue state UP\n");

        Assert.All(folder.Load().Facts.Of<DeviceSetting>(), s => Assert.Equal("uplink", s.At.Interface));
    }

    [Fact]
    public void WithoutAnyNameTheCaseSaysWhatIsMissing()
    {
        using var folder = new CaseFolder().With("n/stats.txt", Statistics);

        var gap = Assert.Single(folder.Load().Facts.Of<Gap>());

        Assert.Equal(GapKind.NotCollected, gap.Kind);
        Assert.StartsWith("of which device is not told", gap.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TheDriversCountersArePairedAndItsGaugesAreNot()
    {
        using var folder = new CaseFolder()
            .With("n/before/ethtool_-S_ens5", Statistics).With("n/after/ethtool_-S_ens5", Statistics.Replace(": 4\n", ": 9\n", StringComparison.Ordinal).Replace("900", "100", StringComparison.Ordinal));

        var loaded = folder.Load();

        var delta = Assert.Single(loaded.Facts.Of<CounterDelta>());
        Assert.Equal(("Ethtool.rx_missed_errors", 5L, "ens5"), (delta.Name, delta.Delta, delta.At.Interface));
        Assert.Empty(loaded.Facts.Of<Gap>());
    }

    [Fact]
    public void ALogInWhichNothingHappenedIsNoUnrecognisedFile()
    {
        using var folder = new CaseFolder().With("n/app.log", "2024-01-10T23:05:07Z ready\n2024-01-10T23:05:08Z served\n");

        var loaded = folder.Load();

        Assert.Equal(CaseFileKind.Text, Assert.Single(loaded.Files).Kind);
        Assert.Empty(loaded.Facts.Of<Gap>());
    }
}
