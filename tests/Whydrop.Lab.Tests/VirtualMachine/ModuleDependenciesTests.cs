using Whydrop.Lab.VirtualMachine;

namespace Whydrop.Lab.Tests.VirtualMachine;

/// <summary>insmod takes the modules in the order that modules.dep says.</summary>
public sealed class ModuleDependenciesTests
{
    // As depmod writes it: what a module needs stands in the reverse of the order to load it.
    private static readonly string[] Lines =
    [
        "kernel/fs/9p/9p.ko: kernel/fs/fscache/fscache.ko kernel/fs/netfs/netfs.ko kernel/net/9p/9pnet.ko",
        "kernel/fs/fscache/fscache.ko: kernel/fs/netfs/netfs.ko",
        "kernel/fs/netfs/netfs.ko:",
        "kernel/net/9p/9pnet.ko:",
        "kernel/net/9p/9pnet_virtio.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko kernel/net/9p/9pnet.ko",
        "kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko",
        "kernel/drivers/virtio/virtio_ring.ko:",
        "kernel/drivers/net/bonding/bonding.ko.xz: kernel/net/tls/tls.ko.xz",
        "kernel/net/tls/tls.ko.xz:",
        "kernel/net/802/dash-ed.ko:",
    ];

    [Fact]
    public void What_a_module_needs_comes_before_it_and_once()
    {
        var order = ModuleDependencies.Parse(Lines).LoadOrder(["9pnet_virtio", "9p"]).Select(f => Path.GetFileNameWithoutExtension(f)).ToList();

        Assert.Equal(["9pnet", "virtio_ring", "virtio", "9pnet_virtio", "netfs", "fscache", "9p"], order);
    }

    [Theory]
    [InlineData("bonding", "kernel/drivers/net/bonding/bonding.ko.xz")]
    [InlineData("dash_ed", "kernel/net/802/dash-ed.ko")]
    [InlineData("dash-ed", "kernel/net/802/dash-ed.ko")]
    public void Compressed_files_and_both_spellings_are_found(string module, string file) =>
        Assert.Equal(file, ModuleDependencies.Parse(Lines).LoadOrder([module])[^1]);

    [Fact]
    public void A_module_that_is_not_there_is_named()
    {
        var read = ModuleDependencies.Parse(Lines);

        Assert.False(read.Has("ipip"));
        Assert.Contains("ipip", Assert.Throws<LabException>(() => read.LoadOrder(["ipip"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_or_a_broken_line_does_not_hang()
    {
        var read = ModuleDependencies.Parse(["a.ko: b.ko", "b.ko: a.ko", "", ":", "no colon"]);

        Assert.Equal(["b.ko", "a.ko"], read.LoadOrder(["a"]));
    }
}
