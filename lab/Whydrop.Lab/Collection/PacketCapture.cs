using System.Diagnostics;
using System.Text;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Collection;

/// <summary>One tcpdump on one interface.</summary>
public sealed class PacketCapture : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10) * Emulation.Slowness;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5) * Emulation.Slowness;
    private readonly Process process;
    private readonly string textFile;
    private readonly StringBuilder text = new();
    private readonly ManualResetEventSlim listening = new();
    private bool stopped;

    private PacketCapture(Process process, string textFile)
    {
        this.process = process;
        this.textFile = textFile;
    }

    /// <summary>Starts tcpdump and waits until it listens.</summary>
    /// <param name="where">Namespace.</param>
    /// <param name="interfaceName">Interface.</param>
    /// <param name="file">Capture file; tcpdump's own words go beside it as NAME.tcpdump.txt.</param>
    /// <param name="snapLength">Bytes kept of each frame.</param>
    /// <param name="filter">pcap filter; empty for everything.</param>
    /// <param name="bufferKibibytes">The kernel's buffer; what does not fit is counted as dropped.</param>
    public static PacketCapture Start(NetworkNamespace where, string interfaceName, string file, int snapLength, string filter = "", int bufferKibibytes = 4096)
    {
        // -Z root: the file may lie where tcpdump's own user cannot write. timeout bounds the capture of a run that was killed.
        string[] arguments =
        [
            "-s", "INT", "600", "tcpdump", "-n", "-i", interfaceName, "-s", $"{snapLength}", "-B", $"{bufferKibibytes}", "--immediate-mode", "-U", "-Z", "root", "-w", file,
            .. filter.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
        var started = Tool.Start(where.Inside("timeout", arguments));
        var capture = new PacketCapture(started, Path.ChangeExtension(file, ".tcpdump.txt"));
        started.ErrorDataReceived += (_, e) => capture.Hear(e.Data);
        started.BeginErrorReadLine();
        if (capture.listening.Wait(StartPatience))
            return capture;
        capture.Dispose();
        throw new LabException($"tcpdump on {where.Label}/{interfaceName} did not start: {capture.text.ToString().Trim().ReplaceLineEndings(" ")}");
    }

    /// <summary>Ends tcpdump by SIGINT, so that it writes what it has and says how many packets the kernel dropped.</summary>
    public void Dispose()
    {
        if (stopped)
            return;
        stopped = true;
        if (!process.HasExited)
            Libc.Signal(process.Id, Libc.SigInt);
        if (!process.WaitForExit(StopPatience))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        lock (text)
            File.WriteAllText(textFile, text.ToString());
        process.Dispose();
        listening.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
        if (line.Contains("listening on", StringComparison.Ordinal))
            listening.Set();
    }
}
