using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Namespaces;

/// <summary>A named network namespace, made and entered with the ordinary tools.</summary>
public sealed class NetworkNamespace
{
    internal const string Folder = "/run/netns";

    private NetworkNamespace(string name, string label)
    {
        Name = name;
        Label = label;
    }

    /// <summary>Name in /run/netns, with the run id.</summary>
    public string Name { get; }

    /// <summary>What it stands for, for example "fwd-node"; the host name in the case.</summary>
    public string Label { get; }

    /// <summary>The kernel's number of it, as in the link "net:[4026531840]".</summary>
    public uint Number => uint.Parse(Call(() => new FileInfo("/proc/thread-self/ns/net").LinkTarget!).AsSpan("net:[".Length).TrimEnd(']'));

    /// <summary>Makes it, with its loopback up.</summary>
    internal static NetworkNamespace Create(string name, string label)
    {
        Tool.Run("ip", ["netns", "add", name]).OrThrow();
        var made = new NetworkNamespace(name, label);
        made.Ip("link set lo up");
        return made;
    }

    /// <summary>Removes it; nothing happens when it is not there.</summary>
    internal static void Delete(string name)
    {
        // Again, because a Ctrl-C from the terminal also ends the ip tool.
        for (var attempt = 1; File.Exists(Path.Combine(Folder, name)); attempt++)
        {
            var result = Tool.Run("ip", ["netns", "delete", name]);
            if (result.ExitCode != 0 && attempt == 3)
                result.OrThrow();
        }
    }

    /// <summary>Runs <c>ip -n NAME …</c>; arguments are split at spaces.</summary>
    public string Ip(string arguments) =>
        Tool.Run("ip", ["-n", Name, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).OrThrow().Output;

    /// <summary>Runs several ip commands in one process; the first that fails ends it.</summary>
    public void IpLines(params IEnumerable<string> lines) =>
        Tool.Run("ip", ["-n", Name, "-batch", "-"], string.Join('\n', lines) + "\n").OrThrow();

    /// <summary>Runs a tool inside and fails when the tool does.</summary>
    public string Exec(string tool, params string[] arguments) => TryExec(tool, arguments).OrThrow().Output;

    /// <summary>Runs a tool inside.</summary>
    public ToolResult TryExec(string tool, params string[] arguments) => Tool.Run("ip", InsideArguments(tool, arguments));

    /// <summary>Feeds text to a tool inside, for example a ruleset to <c>nft -f -</c>.</summary>
    public void Feed(string input, string tool, params string[] arguments) => Tool.Run("ip", InsideArguments(tool, arguments), input).OrThrow();

    /// <summary>Sets kernel parameters, each written <c>name=value</c>.</summary>
    public void Sysctl(params string[] settings) => Exec("sysctl", ["-q", "-w", .. settings]);

    /// <summary>How to start a long-lived process inside. <c>ip netns exec</c> replaces itself, so the process id is the tool's.</summary>
    public ProcessStartInfo Inside(string tool, params string[] arguments) => Tool.Prepare("ip", InsideArguments(tool, arguments));

    /// <summary>Runs an action on a thread of its own that has entered the namespace.</summary>
    public void Do(Action body) =>
        Call(() =>
        {
            body();
            return true;
        });

    /// <summary>Starts a thread that lives inside the namespace.</summary>
    public Thread Spawn(string name, Action body)
    {
        var thread = new Thread(() =>
        {
            Enter();
            body();
        })
        { IsBackground = true, Name = $"{name} {Label}" };
        thread.Start();
        return thread;
    }

    /// <summary>Runs a function on a thread of its own that has entered the namespace. Sockets and TUN devices opened there stay there.</summary>
    public T Call<T>(Func<T> body)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = body();
            }
#pragma warning disable CA1031 // Carried to the caller's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = $"netns {Label}" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>Moves the calling thread. Only for dedicated threads: setns(2) acts on one thread, and pool threads serve others afterwards.</summary>
    private void Enter()
    {
        if (Thread.CurrentThread.IsThreadPoolThread)
            throw new InvalidOperationException("a pool thread must not change its network namespace");
        Libc.EnterNetworkNamespace(Path.Combine(Folder, Name));
    }

    private string[] InsideArguments(string tool, string[] arguments) => ["netns", "exec", Name, tool, .. arguments];
}
