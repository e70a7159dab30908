using System.Text.RegularExpressions;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Injectors;

/// <summary>A rate limit with a queue on what leaves by a device, as bandwidth annotations of pods and operators set it.</summary>
/// <param name="where">Host.</param>
/// <param name="device">Device.</param>
/// <param name="kilobits">Rate, kbit/s.</param>
/// <param name="limit">Longest queue, bytes.</param>
/// <param name="classful">An htb class with a fifo in it; else tbf.</param>
public sealed partial class Shaper(NetworkNamespace where, string device, int kilobits, int limit, bool classful = false) : IInjector
{
    // Some datagrams of any MTU of the lab: less than one would let none pass.
    private const int Burst = 20_000;

    /// <summary>What a scenario needs that uses it.</summary>
    public static Need Needed { get; } = Need.Tool("tc", "iproute2");

    public string What => $"{where.Label}: {device} sends {kilobits} kbit/s, up to {limit} bytes wait ({(classful ? "htb" : "tbf")})";

    public void Inject()
    {
        if (!classful)
        {
            Tc($"qdisc replace dev {device} root tbf rate {kilobits}kbit burst {Burst} limit {limit}");
            return;
        }

        Tc($"qdisc replace dev {device} root handle 1: htb default 10");
        Tc($"class add dev {device} parent 1: classid 1:10 htb rate {kilobits}kbit burst {Burst} cburst {Burst}");
        Tc($"qdisc add dev {device} parent 1:10 handle 10: bfifo limit {limit}");
    }

    /// <summary>Packets that the root discipline dropped.</summary>
    public long Dropped() => Drops().Match(where.Exec("tc", "-s", "qdisc", "show", "dev", device)) is { Success: true } found ? long.Parse(found.Groups["packets"].Value) : 0;

    private void Tc(string command) => where.Exec("tc", command.Split(' '));

    [GeneratedRegex(@"qdisc (tbf|htb) .*\n.*\(dropped (?<packets>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Drops();
}
