using System.Collections.Concurrent;
using System.Diagnostics;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.VirtualMachine;

/// <summary>One QEMU, from its start to its end.</summary>
/// <remarks>It has no network device: nothing that happens in it can reach a network. It sees the host's root read-only and writes to one folder.</remarks>
internal sealed class Guest : IDisposable
{
    /// <summary>QEMU's program.</summary>
    public const string Program = "qemu-system-x86_64";

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(200);
    private readonly Process process;
    private readonly BlockingCollection<string> lines = [];
    private readonly ConcurrentQueue<string> errors = new();

    private Guest(Process process) => this.process = process;

    /// <summary>QEMU's own first message; null when it said nothing.</summary>
    public string? FirstError => errors.TryPeek(out var line) ? line : null;

    /// <summary>Starts QEMU.</summary>
    /// <param name="kernel">What it boots.</param>
    /// <param name="ramdisk">File of the initramfs.</param>
    /// <param name="output">Folder that the guest writes to.</param>
    /// <param name="console">File for what the kernel says.</param>
    /// <param name="limit">It is killed after this time also when this process is gone.</param>
    public static Guest Start(GuestKernel kernel, string ramdisk, string output, string console, TimeSpan limit)
    {
        var start = Tool.Prepare("timeout", ["-s", "KILL", $"{limit.TotalSeconds + 30:0}", Need.Find(Program) ?? Program, .. Arguments(kernel, ramdisk, output, console)]);
        start.RedirectStandardInput = true;
        var guest = new Guest(Tool.Start(start));
        guest.process.OutputDataReceived += (_, e) => guest.Hear(e.Data);
        guest.process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is { Length: > 0 } line && guest.errors.Count < 100)
                guest.errors.Enqueue(line);
        };
        guest.process.BeginOutputReadLine();
        guest.process.BeginErrorReadLine();
        return guest;
    }

    /// <summary>QEMU's arguments. TCG, because KVM is not there inside most machines that run tests; a CPU of x86-64-v2, which .NET needs.</summary>
    /// <remarks>
    /// One processor: of two that this machine runs by turns, one is often held up between taking a packet's time and storing it, and captures then
    /// go back in time by milliseconds. It is faster too where this machine has other work. Its kernel does not check that the timer interrupts (no_timer_check):
    /// on a busy machine they come too late for that check, and it would not start.
    /// </remarks>
    internal static IReadOnlyList<string> Arguments(GuestKernel kernel, string ramdisk, string output, string console) =>
    [
        "-accel", "tcg", "-machine", "pc", "-cpu", "Nehalem", "-smp", "1", "-m", "1536",
        "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none", "-no-reboot",
        "-kernel", kernel.Image, "-initrd", ramdisk, "-append", "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off no_timer_check",
        "-chardev", $"file,id=console,path={Value(console)}", "-serial", "chardev:console",
        "-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line",
        "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
        "-virtfs", $"local,path={Value(kernel.Root)},mount_tag=tools,security_model=none,readonly=on",
        "-virtfs", $"local,path={Value(output)},mount_tag=out,security_model=none",
    ];

    /// <summary>The next line of the guest; null when none came within a short while.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public string? Next(CancellationToken stop) => lines.TryTake(out var line, (int)Slice.TotalMilliseconds, stop) ? line : null;

    /// <summary>True when QEMU has ended and every line was taken.</summary>
    public bool Ended => lines.IsCompleted;

    /// <summary>Ends QEMU when it still runs.</summary>
    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        lines.Dispose();
    }

    // QEMU reads options separated by commas; a comma in a value is written twice.
    private static string Value(string text) => text.Replace(",", ",,", StringComparison.Ordinal);

    private void Hear(string? line)
    {
        if (line is null)
            lines.CompleteAdding();
        else
            lines.Add(line.TrimEnd('\r'));
    }
}
