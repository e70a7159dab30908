using System.Text;
using Whydrop.Lab.VirtualMachine;

namespace Whydrop.Lab.Tests.VirtualMachine;

/// <summary>The archive that the guest's kernel unpacks.</summary>
public sealed class InitialRamdiskTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("whydrop-vm-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_holds_scripts_command_shell_and_the_modules_in_load_order()
    {
        var ramdisk = InitialRamdisk.For(Kernel(), ["/opt/dotnet", "/opt/a b/whydrop.dll", "lab", "run", "x"], ["tun", "ipip"], TimeSpan.FromSeconds(90));

        Assert.Equal(
            ["bin", "modules", "bin/busybox", "init", "start.sh", "guest.conf", "command", "modules/00-virtio.ko", "modules/01-virtio_pci.ko", "modules/02-9pnet.ko", "modules/03-9pnet_virtio.ko", "modules/04-9p.ko", "modules/05-overlay.ko"],
            ramdisk.Paths);
        var files = Unpack(ramdisk);
        Assert.Equal("limit=90\nmodules=\"tun ipip\"\n", files["guest.conf"]);
        Assert.Equal("/opt/dotnet\n/opt/a b/whydrop.dll\nlab\nrun\nx\n", files["command"]);
        Assert.StartsWith("#!/bin/busybox sh\n", files["init"], StringComparison.Ordinal);
        Assert.Equal("virtio_pci", files["modules/01-virtio_pci.ko"]);
    }

    [Fact]
    public void A_line_break_in_an_argument_is_refused() =>
        Assert.Throws<LabUsageException>(() => InitialRamdisk.For(Kernel(), ["a", "--set\nx=1"], [], TimeSpan.FromSeconds(90)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_entry_begins_at_a_multiple_of_four(int length)
    {
        var ramdisk = new InitialRamdisk();
        ramdisk.AddFile("a", new byte[length]);
        ramdisk.AddFile("second", Encoding.ASCII.GetBytes("text"));

        Assert.Equal("text", Unpack(ramdisk)["second"]);
    }

    private GuestKernel Kernel()
    {
        var kernel = new GuestKernel(folder, "6.1.0-test");
        Directory.CreateDirectory(Path.GetDirectoryName(kernel.Busybox)!);
        File.WriteAllText(kernel.Busybox, "busybox");
        Directory.CreateDirectory(kernel.Modules);
        File.WriteAllLines(Path.Combine(kernel.Modules, "modules.dep"), ["virtio.ko:", "virtio_pci.ko: virtio.ko", "9pnet.ko:", "9pnet_virtio.ko: 9pnet.ko virtio.ko", "9p.ko: 9pnet.ko", "overlay.ko:"]);
        foreach (var module in (string[])["virtio", "virtio_pci", "9pnet", "9pnet_virtio", "9p", "overlay"])
            File.WriteAllText(Path.Combine(kernel.Modules, module + ".ko"), module);
        return kernel;
    }

    /// <summary>Reads the archive by the format's description, apart from the code that wrote it.</summary>
    private static Dictionary<string, string> Unpack(InitialRamdisk ramdisk)
    {
        using var stream = new MemoryStream();
        ramdisk.Write(stream);
        var bytes = stream.ToArray();
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; ;)
        {
            Assert.Equal(0, at % 4);
            Assert.Equal("070701", Encoding.ASCII.GetString(bytes, at, 6));
            int Field(int number) => Convert.ToInt32(Encoding.ASCII.GetString(bytes, at + 6 + (8 * number), 8), 16);
            var (size, nameSize) = (Field(6), Field(11));
            var name = Encoding.UTF8.GetString(bytes, at + 110, nameSize - 1);
            Assert.Equal(0, bytes[at + 110 + nameSize - 1]);
            if (name == "TRAILER!!!")
                return files;
            var content = (at + 110 + nameSize + 3) / 4 * 4;
            files[name] = Encoding.UTF8.GetString(bytes, content, size);
            at = (content + size + 3) / 4 * 4;
        }
    }
}
