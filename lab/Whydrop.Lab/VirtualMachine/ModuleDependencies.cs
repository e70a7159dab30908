namespace Whydrop.Lab.VirtualMachine;

/// <summary>A kernel's modules.dep: which module files must be loaded before which (depmod(8)).</summary>
internal sealed class ModuleDependencies
{
    private readonly Dictionary<string, string> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> needed = new(StringComparer.Ordinal);

    /// <summary>Reads the lines <c>FILE: FILE…</c>; what a module needs is listed in the reverse of the order to load it.</summary>
    public static ModuleDependencies Parse(IEnumerable<string> lines)
    {
        var read = new ModuleDependencies();
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            var file = line[..colon];
            read.files[NameOf(file)] = file;
            read.needed[file] = [.. line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse()];
        }

        return read;
    }

    /// <summary>True when there is a module of this name.</summary>
    public bool Has(string module) => files.ContainsKey(NameOf(module));

    /// <summary>Files of these modules and all that they need, each once, in an order in which <c>insmod</c> takes them.</summary>
    /// <exception cref="LabException">A module is not there.</exception>
    public IReadOnlyList<string> LoadOrder(IEnumerable<string> modules)
    {
        var order = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var module in modules)
        {
            if (!files.TryGetValue(NameOf(module), out var file))
                throw new LabException($"the guest's kernel has no module {module}: run lab/vm/install.sh again");
            Add(file, order, seen);
        }

        return order;
    }

    // The files of a line are complete; going down again makes the order right also when they are not sorted.
    private void Add(string file, List<string> order, HashSet<string> seen)
    {
        if (!seen.Add(file))
            return;
        foreach (var before in needed.GetValueOrDefault(file) ?? [])
            Add(before, order, seen);
        order.Add(file);
    }

    /// <summary>"kernel/net/9p/9pnet-virtio.ko.xz" is the module 9pnet_virtio: '-' and '_' are the same to modprobe(8).</summary>
    private static string NameOf(string file)
    {
        var name = Path.GetFileName(file);
        var end = name.IndexOf(".ko", StringComparison.Ordinal);
        return (end < 0 ? name : name[..end]).Replace('-', '_');
    }
}
