using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class ForwardingTests
{
    [Fact]
    public void Entries_of_bridges_and_tunnels() =>
        Assert.Equal(
            [
                "br0 33:33:00:00:00:01       self permanent", "v0 42:95:d4:66:0a:ed     br0  ", "v0 32:fd:c9:ff:72:56     br0 10 permanent",
                "vx 02:00:00:00:00:09 10.0.0.3 4789 7 v1   self permanent", "vx 02:00:00:00:00:0a fd00::3      self extern_learn", "vx 00:00:00:00:00:00 10.0.0.2      self permanent",
            ],
            Short(Reading.Of(Samples.BridgeFdb).WithoutGaps()));

    [Fact]
    public void Json_tells_the_same() =>
        Assert.Equal(["v0 42:95:d4:66:0a:ed     br0  ", "vx 02:00:00:00:00:09 10.0.0.3 4789 7 v1   self permanent"], Short(Reading.Of(Samples.BridgeFdbJson).WithoutGaps()));

    [Fact]
    public void Without_device_the_place_is_the_namespace() => Assert.All(Reading.Of(Samples.BridgeFdbDevice).WithoutGaps().All<ForwardingEntry>(), e => Assert.Null(e.At.Interface));

    [Fact]
    public void A_line_without_address_is_a_gap() =>
        Assert.Equal(GapKind.Malformed, Assert.Single(Reading.Of(Samples.BridgeFdb + "dev vx dst 10.0.0.2\n").Gaps).Kind);

    private static IEnumerable<string> Short(Reading reading) =>
        reading.All<ForwardingEntry>().Select(e => $"{e.At.Interface} {e.Mac} {e.Destination} {e.Port} {e.Vni} {e.Via} {e.Master} {e.Vlan} {e.Flags}");
}
