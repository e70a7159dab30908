using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Whydrop.Lab.Native;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Processes;

/// <summary>What a child process of the lab does: it serves in the namespace it was started in, and obeys lines on stdin until that closes.</summary>
public static class ServerProcess
{
    private const int Threads = 48;
    private const int IdleStack = 64 * 1024;

    /// <summary>The words after the program's own: <c>lab workload ADDRESS PORT BACKLOG LOG</c>.</summary>
    public static IReadOnlyList<string> Command { get; } = ["lab", "workload"];

    /// <summary>Runs to the end of <paramref name="orders"/>; 0, or 2 for a wrong command.</summary>
    /// <remarks>Orders: "files N" lets N more files be opened; "spin N" burns N processors; "rest" ends that; "name WORD" is its name for the kernel; "idle N" starts N threads that sleep; "hog BYTES" takes memory and touches it.</remarks>
    public static int Run(IReadOnlyList<string> words, TextReader orders, TextWriter answers)
    {
        if (words is not [var address, var port, var backlog, var log] || !IPAddress.TryParse(address, out var ip))
            return 2;
        using var server = TrafficServer.StartHere(
            new IPEndPoint(ip, int.Parse(port, CultureInfo.InvariantCulture)),
            new ServerOptions { ReadyThreads = Threads, Backlog = int.Parse(backlog, CultureInfo.InvariantCulture), Log = log.Length > 0 ? AppLog.To(log).Opened() : AppLog.Silent });
        answers.WriteLine("ready");
        answers.Flush();
        using var rest = new CancellationTokenSource();
        while (orders.ReadLine() is { } line)
        {
            Obey(line.Split(' '), rest.Token);
            if (line == "rest")
                rest.Cancel();
            answers.WriteLine("done");
            answers.Flush();
        }

        rest.Cancel();
        return 0;
    }

    private static void Obey(string[] order, CancellationToken rest)
    {
        _ = long.TryParse(order.ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        switch (order[0])
        {
            case "files":
                Libc.LimitOpenFiles((ulong)(Directory.GetFiles("/proc/self/fd").Length + number));
                break;
            case "spin":
                for (var i = 0; i < number; i++)
                    new Thread(() => Spin(rest)) { IsBackground = true }.Start();
                break;
            case "name":
                File.WriteAllText("/proc/self/comm", order[1]);
                break;
            case "idle":
                for (var i = 0; i < number; i++)
                    new Thread(() => rest.WaitHandle.WaitOne(), IdleStack) { IsBackground = true }.Start();
                break;
            case "hog":
                Hog(number);
                break;
        }
    }

    private static void Spin(CancellationToken rest)
    {
        while (!rest.IsCancellationRequested)
            Thread.SpinWait(10_000);
    }

    private static unsafe void Hog(long bytes)
    {
        const int page = 4096;
        const int step = 1 << 20;
        for (var taken = 0L; taken < bytes; taken += step)
        {
            // SAFETY: each page of the block is touched inside its length; it is kept until the process ends.
            var block = (byte*)NativeMemory.Alloc(step);
            for (var at = 0; at < step; at += page)
                block[at] = 1;
        }
    }
}
