using System.Text.RegularExpressions;
using Whydrop.Case.Naming;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Reading;

/// <summary>
/// Some outputs are of one device and do not say of which (ethtool -S, ethtool -i, tc class): case.yaml or the file's name does, as for captures.
/// </summary>
internal static partial class DeviceNaming
{
    private static readonly string[] Groups = ["Ethtool", "Class", "Filter"];

    /// <summary>The file with the device put into its facts; unchanged when none lacks one.</summary>
    /// <param name="file">A text file after reading.</param>
    /// <param name="known">The interfaces of its network namespace.</param>
    public static ReadFile Apply(ReadFile file, InterfaceTable known)
    {
        var unnamed = file.Facts.FirstOrDefault(LacksDevice);
        if (unnamed is null)
        {
            return file;
        }

        var device = file.At.Interface ?? Stated(file.Entry.Name) ?? InterfaceName.In(file.Entry.Name, known.Names);
        return device is null
            ? file with { Facts = [.. file.Facts, new Gap(file.At.Stack, unnamed.From, GapKind.NotCollected, "of which device is not told: put its name into the file's name, or keep the command with its output")] }
            : file with { Facts = [.. file.Facts.Select(f => LacksDevice(f) ? f with { At = f.At with { Interface = device } } : f)] };
    }

    private static bool LacksDevice(Fact fact) => fact.At.Interface is null && fact switch
    {
        DeviceSetting or QueueDiscipline => true,
        Counter counter => Array.Exists(Groups, g => counter.Name.StartsWith(g + ".", StringComparison.Ordinal)),
        CounterSection section => Array.IndexOf(Groups, section.Group) >= 0,
        _ => false,
    };

    private static string? Stated(string name) => Command().Match(name) is { Success: true } found ? found.Groups["device"].Value : null;

    // sosreport names a file for its command: "ethtool_-S_ens3", "tc_-s_class_show_dev_eth0"
    [GeneratedRegex(@"^ethtool(_--?[A-Za-z-]+)?_(?<device>[^_-][^/]{0,14})$|^tc_.*_dev_(?<device>[^_/]{1,15})", RegexOptions.ExplicitCapture)]
    private static partial Regex Command();
}
