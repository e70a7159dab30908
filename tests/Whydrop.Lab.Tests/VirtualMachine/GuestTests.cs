using System.Text;
using Whydrop.Cli;
using Whydrop.Lab.VirtualMachine;

namespace Whydrop.Lab.Tests.VirtualMachine;

/// <summary>How QEMU is started, and what the command line refuses before it is.</summary>
public sealed class GuestTests
{
    private static readonly IReadOnlyList<string> Arguments = Guest.Arguments(new GuestKernel("/cache/vm", "6.1.0"), "/t/case.vm.initramfs", "/t/a,b/case.vm", "/t/a,b/case.console.log");

    [Fact]
    public void The_guest_has_no_network_device_and_no_kvm()
    {
        Assert.Equal("none", After("-nic"));
        Assert.Contains("-nodefaults", Arguments);
        Assert.DoesNotContain(Arguments, a => a.Contains("netdev", StringComparison.Ordinal) || a.Contains("kvm", StringComparison.Ordinal));
        Assert.StartsWith("tcg", After("-accel"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_hosts_root_is_read_only_and_only_the_case_folder_is_written()
    {
        var shares = Arguments.Where((_, i) => i > 0 && Arguments[i - 1] == "-virtfs").ToList();

        Assert.Equal(3, shares.Count);
        Assert.All(shares.Where(s => !s.Contains("mount_tag=out", StringComparison.Ordinal)), s => Assert.Contains("readonly=on", s, StringComparison.Ordinal));
        Assert.Contains("local,path=/t/a,,b/case.vm,mount_tag=out", shares.Single(s => s.Contains("mount_tag=out", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--vm-limit 59: 60 to 3600 seconds", "lab", "run", "tunnel-mtu", "--vm", "--vm-limit", "59")]
    [InlineData("--case-only: name the folder for the case with -o", "lab", "run", "tunnel-mtu", "--case-only")]
    [InlineData("unknown parameter 'speed'", "lab", "run", "tunnel-mtu", "--vm", "--set", "speed=1")]
    [InlineData("no such lab scenario: nothing", "lab", "run", "nothing", "--vm")]
    public void Wrong_usage_is_refused_before_anything_is_started(string message, params string[] arguments)
    {
        using var results = new MemoryStream();
        using var messages = new StringWriter();

        Assert.Equal(ExitCode.Usage, CommandLine.Run(arguments, results, messages));
        Assert.Contains(message, messages.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("booting", messages.ToString(), StringComparison.Ordinal);
        Assert.Single(messages.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void What_only_the_virtual_machine_has_is_said_to_be_there()
    {
        Assert.EndsWith("it runs with --vm", Need.Module("no_such_module").Missing()!, StringComparison.Ordinal);
        Assert.EndsWith("it runs with --vm", Need.CgroupV2("no-such-controller").Missing()!, StringComparison.Ordinal);
    }

    /// <summary>The whole way: QEMU, the guest's own ipip module and its tunl0, the case out through the share, the verdict here.</summary>
    [VirtualMachineFact]
    public void Tunnel_mtu_on_the_kernels_own_tunl0_gets_the_verdict_of_the_stand_in()
    {
        var folder = Directory.CreateTempSubdirectory("whydrop-vm-test-").FullName;
        try
        {
            using var results = new MemoryStream();
            using var messages = new StringWriter();
            var made = Path.Combine(folder, "case");
            var code = CommandLine.Run(["lab", "run", "tunnel-mtu", "--vm", "--vm-limit", "900", "-o", made, "--set", "seconds=4"], results, messages);

            Assert.True(code == ExitCode.Healthy, $"exit code {code}\n{messages}\n{Encoding.UTF8.GetString(results.ToArray())}");
            var truth = TruthDocument.Read(made + ".truth.json");
            Assert.Equal("kernel module ipip", truth.Means["tunnel"]);
            Assert.Equal(("pmtu-blackhole", "fwd-node", "tunl0", "confirmed"), (truth.Fault, truth.Node, truth.Interface, truth.Status));
            Assert.False(File.Exists(made + ".console.log"));
            Assert.False(Directory.Exists(made + ".vm"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string After(string option) => Arguments[Arguments.ToList().IndexOf(option) + 1];
}
