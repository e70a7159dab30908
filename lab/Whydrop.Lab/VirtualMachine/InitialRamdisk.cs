using System.Text;

namespace Whydrop.Lab.VirtualMachine;

/// <summary>The guest's first root: an archive in cpio's "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst).</summary>
internal sealed class InitialRamdisk
{
    private const int RegularFile = 0x8000; // S_IFREG
    private const int Directory = 0x4000; // S_IFDIR
    private const int Executable = 0x1ED; // rwxr-xr-x
    private const string Trailer = "TRAILER!!!";
    private readonly List<(string Path, byte[]? Content)> entries = [];

    /// <summary>Paths in the archive, in its order.</summary>
    public IReadOnlyList<string> Paths => [.. entries.Select(e => e.Path)];

    /// <summary>What the guest needs before it can mount the host's root: scripts, command, shell, and the modules for that in load order.</summary>
    /// <param name="kernel">The kernel it is for.</param>
    /// <param name="command">Program and arguments to run in the guest.</param>
    /// <param name="modules">Modules that the kernel does not load by itself when they are needed.</param>
    /// <param name="limit">After this time the guest ends itself.</param>
    public static InitialRamdisk For(GuestKernel kernel, IReadOnlyList<string> command, IReadOnlyList<string> modules, TimeSpan limit)
    {
        if (command.FirstOrDefault(a => a.Contains('\n', StringComparison.Ordinal)) is { } broken)
            throw new LabUsageException($"'{broken.ReplaceLineEndings(" ")}': no line breaks in arguments for the virtual machine");
        var ramdisk = new InitialRamdisk();
        ramdisk.AddFolder("bin");
        ramdisk.AddFolder("modules");
        ramdisk.AddFile("bin/busybox", File.ReadAllBytes(kernel.Busybox));
        ramdisk.AddFile("init", Resource.Read("init.sh"));
        ramdisk.AddFile("start.sh", Resource.Read("start.sh"));
        ramdisk.AddFile("guest.conf", Encoding.UTF8.GetBytes($"limit={limit.TotalSeconds:0}\nmodules=\"{string.Join(' ', modules)}\"\n"));
        ramdisk.AddFile("command", Encoding.UTF8.GetBytes(string.Join('\n', command) + "\n"));
        var dependencies = ModuleDependencies.Parse(File.ReadLines(Path.Combine(kernel.Modules, "modules.dep")));
        foreach (var (index, file) in dependencies.LoadOrder(["virtio_pci", "9pnet_virtio", "9p", "overlay"]).Index())
            ramdisk.AddFile($"modules/{index:00}-{Path.GetFileName(file)}", File.ReadAllBytes(Path.Combine(kernel.Modules, file)));
        return ramdisk;
    }

    /// <summary>Adds a folder; it must come before what lies in it.</summary>
    public void AddFolder(string path) => entries.Add((path, null));

    /// <summary>Adds a file that may be executed.</summary>
    public void AddFile(string path, byte[] content) => entries.Add((path, content));

    /// <summary>Writes the archive.</summary>
    public void Write(Stream output)
    {
        var inode = 1;
        foreach (var (path, content) in entries)
            WriteEntry(output, inode++, path, content is null ? Directory | Executable : RegularFile | Executable, content ?? []);
        WriteEntry(output, 0, Trailer, 0, []);
    }

    private static void WriteEntry(Stream output, int inode, string path, int mode, byte[] content)
    {
        var name = Encoding.UTF8.GetBytes(path);
        // Magic, then 13 numbers: inode, mode, uid, gid, links, mtime, size, device (4), length of the name with its zero byte, checksum (unused).
        int[] fields = [inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0];
        var header = Encoding.ASCII.GetBytes("070701" + string.Concat(fields.Select(f => f.ToString("X8"))));
        output.Write(header);
        output.Write(name);
        output.Write(new byte[1 + Padding(header.Length + name.Length + 1)]);
        output.Write(content);
        output.Write(new byte[Padding(content.Length)]);
    }

    private static int Padding(int length) => (4 - (length % 4)) % 4;
}
