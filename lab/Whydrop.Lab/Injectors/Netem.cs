using System.Text.RegularExpressions;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Injectors;

/// <summary>The kernel's network emulator (tc-netem(8)) on what leaves by a device.</summary>
/// <param name="where">Host.</param>
/// <param name="device">Device.</param>
/// <param name="settings">What it does, in tc's words: "loss random 1%", "delay 50ms 10ms", "reorder 25%", "duplicate 1%", "corrupt 0.1%".</param>
public sealed partial class Netem(NetworkNamespace where, string device, string settings) : IInjector
{
    /// <summary>What a scenario needs that uses it.</summary>
    public static IReadOnlyList<Need> Needs { get; } = [Need.Module("sch_netem"), Need.Tool("tc", "iproute2")];

    public string What => $"{where.Label}: netem {settings} on {device}";

    public void Inject() => where.Exec("tc", ["qdisc", "replace", "dev", device, "root", "netem", .. settings.Split(' ')]);

    /// <summary>Takes it away again.</summary>
    public void Remove() => where.Exec("tc", "qdisc", "del", "dev", device, "root");

    /// <summary>Packets that it dropped; 0 where it is not.</summary>
    public long Dropped() => Drops().Match(where.Exec("tc", "-s", "qdisc", "show", "dev", device)) is { Success: true } found ? long.Parse(found.Groups["packets"].Value) : 0;

    [GeneratedRegex(@"qdisc netem .*\n.*\(dropped (?<packets>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Drops();
}
