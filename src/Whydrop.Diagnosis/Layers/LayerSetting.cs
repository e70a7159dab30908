using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Layers;

/// <summary>A setting that the network stacks of a path should agree in, or whose difference explains theirs.</summary>
/// <param name="Name">As a user looks it up.</param>
/// <param name="Why">What a difference does.</param>
/// <param name="Read">Its value by the facts of one network namespace: what is shown, what is compared (null: shown only), and where it stands. Null when not collected.</param>
internal sealed record LayerSetting(string Name, string Why, Func<FactSet, LayerSetting.Reading?> Read)
{
    /// <summary>A value of a setting.</summary>
    internal sealed record Reading(string Shown, string? Compared, Provenance From);

    /// <summary>A kernel setting.</summary>
    internal static LayerSetting Sysctl(string key, string why) => new(key, why, facts =>
        facts.Of<Sysctl>().LastOrDefault(s => s.Key == key) is { } set ? new Reading(set.Value, set.Value, set.From) : null);

    /// <summary>MTUs of the devices: the smallest is compared, for what is larger does not pass it.</summary>
    internal static LayerSetting Mtu(string name, string why) => new(name, why, facts =>
    {
        var devices = Devices(facts).Where(d => d.Mtu is not null).ToArray();
        return devices.Length == 0 ? null : new Reading(ByDevice(devices.Select(d => (d.At.Interface!, d.Mtu!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)))), $"{devices.Min(d => d.Mtu)}", devices[0].From);
    });

    /// <summary>Root queueing disciplines. A device without a queue (veth, bridge, tunnel) is compared with nothing.</summary>
    internal static LayerSetting Queue(string name, string why) => new(name, why, facts =>
    {
        var kinds = facts.Of<QueueDiscipline>().Where(q => q is { Parent: "root", At.Interface: not null and not "lo" }).Select(q => (Device: q.At.Interface!, q.Kind, q.From))
            .Concat(Devices(facts).Where(d => d.Qdisc is not null).Select(d => (Device: d.At.Interface!, Kind: d.Qdisc!, d.From))).DistinctBy(q => q.Device).ToArray();
        var queues = kinds.Where(k => k.Kind is not ("noqueue" or "noop")).Select(k => k.Kind).Distinct().Order(StringComparer.Ordinal).ToArray();
        return kinds.Length == 0 ? null : new Reading(ByDevice(kinds.Select(k => (k.Device, k.Kind))), queues.Length == 0 ? null : string.Join(' ', queues), kinds[0].From);
    });

    /// <summary>An offload of the devices (ethtool -k).</summary>
    internal static LayerSetting Feature(string key, string why) => new(key, why, facts =>
    {
        var set = facts.Of<DeviceSetting>().Where(s => s.Group == "features" && s.Key == key && s.At.Interface is not (null or "lo")).GroupBy(s => s.At.Interface).Select(g => g.Last())
            .Select(s => (Device: s.At.Interface!, Value: s.Value.Split(' ')[0], s.From)).ToArray();
        return set.Length == 0 ? null : new Reading(ByDevice(set.Select(s => (s.Device, s.Value))), string.Join(' ', set.Select(s => s.Value).Distinct().Order(StringComparer.Ordinal)), set[0].From);
    });

    /// <summary>What sockets use, whatever the default is (ss -ti).</summary>
    internal static LayerSetting Sockets(string name, string why, Func<SocketState, string?> of) => new(name, why, facts =>
    {
        var used = facts.Of<SocketState>().Where(s => s.State != "LISTEN").Select(s => (Value: of(s), s.From)).Where(s => s.Value is not null).ToArray();
        var values = string.Join(", ", used.Select(s => s.Value).Distinct().Order(StringComparer.Ordinal));
        return used.Length == 0 ? null : new Reading(values, values, used[0].From);
    });

    private static NetworkInterface[] Devices(FactSet facts) =>
        [.. facts.Of<NetworkInterface>().Where(i => i.Up != false && i.At.Interface is not (null or "lo")).GroupBy(i => i.At.Interface).Select(g => g.Last())];

    /// <summary>"1500", or "eth0 1500, tunl0 1480" where devices differ.</summary>
    private static string ByDevice(IEnumerable<(string Device, string Value)> all)
    {
        var list = all.ToArray();
        return list.Select(d => d.Value).Distinct().Count() == 1 ? list[0].Value : string.Join(", ", list.GroupBy(d => d.Value).Select(g => $"{string.Join('/', g.Select(d => d.Device).Take(2))}{(g.Count() > 2 ? "/…" : "")} {g.Key}"));
    }
}
