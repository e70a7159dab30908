using System.Diagnostics;

namespace Whydrop.Lab.VirtualMachine;

/// <summary>Runs one scenario in a virtual machine with a kernel of its own. The case is made inside and judged outside.</summary>
public sealed class GuestRunner
{
    private const string GuestCase = "/run/vm/case";
    private static readonly TimeSpan BootPatience = TimeSpan.FromSeconds(120);

    /// <summary>Modules that the kernel does not ask for by itself: the TUN device has no node before, and tunl0 is there only in namespaces made after its module.</summary>
    private static readonly string[] Modules = ["tun", "ipip"];

    private readonly IReadOnlyList<string> whydrop;
    private readonly TimeSpan limit;
    private readonly Action<string>? progress;

    /// <summary>A runner.</summary>
    /// <param name="whydrop">Program and first arguments that start the same whydrop inside, as absolute paths of the host: the guest sees the host's root.</param>
    /// <param name="limit">The whole run, from the start of QEMU to its end.</param>
    /// <param name="progress">One line per step, for stderr; null for silence.</param>
    public GuestRunner(IReadOnlyList<string> whydrop, TimeSpan limit, Action<string>? progress)
    {
        this.whydrop = whydrop;
        this.limit = limit;
        this.progress = progress;
    }

    /// <summary>Makes the case inside, then diagnoses and compares here, as <see cref="LabRunner.Run"/> does.</summary>
    /// <remarks>What the kernel said on its console is kept as <c>CASE.console.log</c> when the run fails.</remarks>
    /// <exception cref="LabUsageException">Settings or folder are not usable.</exception>
    /// <exception cref="LabException">The machine could not be started, did not answer, or the run in it failed.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; QEMU is gone.</exception>
    public LabResult Run(LabScenario scenario, IReadOnlyList<string> pairs, string caseDirectory, Func<string, CancellationToken, Finding>? diagnose, CancellationToken stop)
    {
        _ = LabSettings.Parse(scenario.Parameters, pairs);
        caseDirectory = LabRunner.NewFolder(caseDirectory);
        var kernel = Installation.Ready(progress);
        var exchange = Directory.CreateDirectory(caseDirectory + ".vm").FullName;
        try
        {
            var console = caseDirectory + ".console.log";
            string[] command = [.. whydrop, "lab", "run", scenario.Name, "--case-only", "-o", GuestCase, .. pairs.SelectMany(p => new[] { "--set", p })];
            try
            {
                Make(kernel, command, exchange, console, stop);
            }
            catch (OperationCanceledException)
            {
                File.Delete(console);
                throw;
            }
            finally
            {
                // Also of a run that failed, as one here would leave it.
                Take(exchange, caseDirectory);
            }

            File.Delete(console);
        }
        finally
        {
            Directory.Delete(exchange, recursive: true);
        }

        if (!File.Exists(LabRunner.TruthFile(caseDirectory)))
            throw new LabException("the guest handed out no case");

        return LabRunner.Judge(caseDirectory, TruthDocument.Read(LabRunner.TruthFile(caseDirectory)), diagnose, stop);
    }

    private void Make(GuestKernel kernel, string[] command, string exchange, string console, CancellationToken stop)
    {
        var ramdisk = exchange + ".initramfs";
        try
        {
            using (var file = File.Create(ramdisk))
                InitialRamdisk.For(kernel, command, Modules, limit).Write(file);
            progress?.Invoke($"booting Linux {kernel.Release} in QEMU; at most {limit.TotalSeconds:0} s");
            using var guest = Guest.Start(kernel, ramdisk, exchange, console, limit);
            Follow(guest, console, stop);
        }
        finally
        {
            File.Delete(ramdisk);
        }
    }

    /// <summary>Passes on what the guest says, until it says how its command ended.</summary>
    private void Follow(Guest guest, string console, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var ready = false;
        string? complaint = null;
        while (true)
        {
            var line = guest.Next(stop);
            if (line is null)
            {
                if (guest.Ended)
                    throw new LabException($"QEMU ended before the run did: {guest.FirstError ?? "no message"}; console: {console}");
                if (!ready && clock.Elapsed > BootPatience)
                    throw new LabException($"the guest did not answer in {BootPatience.TotalSeconds:0} s; console: {console}");
                if (clock.Elapsed > limit)
                    throw new LabException($"the run in the guest did not end within {limit.TotalSeconds:0} s; console: {console}");
            }
            else if (After(line, "exit ") is { } code)
            {
                End(code, complaint, console);
                return;
            }
            else if (After(line, "fail ") is { } why)
            {
                throw new LabException($"the guest does not start: {why}; console: {console}");
            }
            else if (line == "stage ready")
            {
                ready = true;
                progress?.Invoke($"the guest is up after {clock.Elapsed.TotalSeconds:0} s");
            }
            else
            {
                complaint = After(line, "whydrop: ") ?? complaint;
                PassOn(line);
            }
        }
    }

    private void PassOn(string line)
    {
        if (After(line, "lab: ") is { } step)
            progress?.Invoke($"guest: {step}");
        else if (line.Length > 0 && After(line, "stage ") is null && After(line, "whydrop: ") is null)
            progress?.Invoke($"guest: {line}");
    }

    private static void End(string code, string? complaint, string console)
    {
        if (code == "0")
            return;
        if (code == "2" && complaint is not null)
            throw new LabUsageException(complaint);
        throw new LabException(complaint is not null ? $"in the guest: {complaint}" : $"the run in the guest ended with exit code {code}; console: {console}");
    }

    private static void Take(string exchange, string caseDirectory)
    {
        var name = Path.GetFileName(GuestCase);
        var (made, truth) = (Path.Combine(exchange, name), LabRunner.TruthFile(Path.Combine(exchange, name)));
        if (Directory.Exists(made))
        {
            // The new folder is empty; a rename needs it gone.
            Directory.Delete(caseDirectory);
            Directory.Move(made, caseDirectory);
        }

        if (File.Exists(truth))
            File.Move(truth, LabRunner.TruthFile(caseDirectory), overwrite: true);
    }

    private static string? After(string line, string start) => line.StartsWith(start, StringComparison.Ordinal) ? line[start.Length..] : null;
}
