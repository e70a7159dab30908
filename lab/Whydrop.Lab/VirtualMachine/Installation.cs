using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.VirtualMachine;

/// <summary>Makes sure that QEMU and the guest's kernel are there.</summary>
internal static class Installation
{
    private const string Script = "lab/vm/install.sh";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The kernel to boot; what is missing is installed first where that can be done.</summary>
    /// <exception cref="LabException">Something is missing and cannot be installed from here.</exception>
    public static GuestKernel Ready(Action<string>? progress)
    {
        var folder = GuestKernel.DefaultFolder();
        if (Missing(folder) is not { } missing)
            return GuestKernel.In(folder)!;
        if (Need.Find("apt-get") is null || Need.Find("dpkg-deb") is null)
            throw new LabException($"{missing}; {Script} fetches it with Debian's apt-get, which is not here");
        // Fetching a package needs no root, installing QEMU does.
        if (!HasQemu && Libc.EffectiveUser() != 0)
            throw new LabException($"{missing}: run {Script} as root");
        progress?.Invoke($"{missing}: running {Script} (once)");
        Install(progress);
        return Missing(folder) is { } still ? throw new LabException($"{still}, also after {Script}") : GuestKernel.In(folder)!;
    }

    private static bool HasQemu => Need.Find(Guest.Program) is not null;

    private static string? Missing(string folder) =>
        !HasQemu ? "QEMU is not installed" : GuestKernel.In(folder) is null ? $"the kernel of the virtual machine is not in {folder}" : null;

    private static void Install(Action<string>? progress)
    {
        // From a file, not through a pipe: what the script starts must not read the script.
        var script = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(script, Resource.Read("install.sh"));
            var start = Tool.Prepare("sh", [script]);
            start.RedirectStandardInput = true;
            using var process = Tool.Start(start);
            process.StandardInput.Close();
            var last = "no message";
            process.ErrorDataReceived += (_, e) =>
            {
                if (e.Data is not { Length: > 0 } line)
                    return;
                last = line;
                progress?.Invoke(line);
            };
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new LabException($"{Script}: did not end within {Patience.TotalMinutes:0} minutes");
            }

            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new LabException($"{Script}: exit code {process.ExitCode}: {last}");
        }
        finally
        {
            File.Delete(script);
        }
    }
}
