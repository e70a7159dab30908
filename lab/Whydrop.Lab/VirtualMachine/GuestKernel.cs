namespace Whydrop.Lab.VirtualMachine;

/// <summary>The kernel that the guest boots, as <c>lab/vm/install.sh</c> unpacks it.</summary>
/// <param name="Folder">Where it lies: "vmlinuz", "release" and "root", a tree of tools and modules that is laid over the host's root.</param>
/// <param name="Release">As <c>uname -r</c> says it in the guest.</param>
internal sealed record GuestKernel(string Folder, string Release)
{
    /// <summary>The kernel itself.</summary>
    public string Image => Path.Combine(Folder, "vmlinuz");

    /// <summary>Tools and modules.</summary>
    public string Root => Path.Combine(Folder, "root");

    /// <summary>The statically linked shell and tools of the initramfs.</summary>
    public string Busybox => Path.Combine(Root, "usr/bin/busybox");

    /// <summary>Folder of modules.dep.</summary>
    public string Modules => Path.Combine(Root, "usr/lib/modules", Release);

    /// <summary>$WHYDROP_VM, else $XDG_CACHE_HOME/whydrop/vm, else ~/.cache/whydrop/vm; the script looks in the same order.</summary>
    public static string DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable("WHYDROP_VM") is { Length: > 0 } named)
            return named;
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "whydrop", "vm");
    }

    /// <summary>The kernel in a folder; null when it is not there, or only in part.</summary>
    public static GuestKernel? In(string folder)
    {
        var release = Path.Combine(folder, "release");
        if (!File.Exists(release))
            return null;
        var kernel = new GuestKernel(folder, File.ReadAllText(release).Trim());
        return File.Exists(kernel.Image) && File.Exists(kernel.Busybox) && File.Exists(Path.Combine(kernel.Modules, "modules.dep")) ? kernel : null;
    }
}
