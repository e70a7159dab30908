using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Whydrop.Lab.Native;

/// <summary>The few system calls that the base class library does not offer.</summary>
internal static partial class Libc
{
    // SAFETY: each declaration has the types of the C function on 64-bit Linux; whoever passes a pointer keeps its memory pinned for the call and gives its true length.
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigContinue = 18;
    public const int SigStop = 19;
    public const short PollIn = 1;

    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC
    private const int CloneNewNet = 0x40000000;

    /// <summary>Effective user id.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>Moves the calling thread into a network namespace (setns(2)).</summary>
    public static void EnterNetworkNamespace(string path)
    {
        var descriptor = Checked(Open(path, ReadOnlyCloseOnExec), $"open {path}");
        try
        {
            Checked(SetNamespace(descriptor, CloneNewNet), $"setns {path}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Keeps the calling thread on one processor, by default the one that it runs on, and ahead of others. What it sends from two processors would
    /// overtake itself: each has a receive queue of its own (net/core/dev.c enqueue_to_backlog).
    /// </summary>
    public static unsafe void StayOn(int? wanted = null)
    {
        var processor = wanted ?? CurrentProcessor();
        var mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        if (processor is >= 0 and < 1024)
        {
            // SAFETY: a cpu_set_t is 1024 bits.
            mask[processor / 64] = 1UL << (processor % 64);
            _ = SetAffinity(0, 128, mask);
        }

        // A container may forbid it; the thread is then merely slower.
        _ = SetPriority(0, 0, -15);
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int CurrentProcessor();

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static unsafe partial int SetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int nice);

    /// <summary>Sends a signal; a process that is gone is no error.</summary>
    public static void Signal(int pid, int signal) => _ = Kill(pid, signal);

    /// <summary>The result, or a failure that names the call and errno's text.</summary>
    public static int Checked(int result, string what) =>
        result >= 0 ? result : throw new LabException($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    /// <summary>Removes a folder by rmdir(2) alone: the files of a control group's folder cannot be unlinked.</summary>
    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveFolder(string path);

    /// <summary>Most files that this process may have open from now on (RLIMIT_NOFILE, soft).</summary>
    public static unsafe void LimitOpenFiles(ulong files)
    {
        var limit = stackalloc ulong[2];
        // SAFETY: struct rlimit is two unsigned 64-bit numbers on 64-bit Linux.
        Checked(GetLimit(7, limit), "getrlimit RLIMIT_NOFILE");
        limit[0] = Math.Min(files, limit[1]);
        Checked(SetLimit(7, limit), "setrlimit RLIMIT_NOFILE");
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static unsafe partial int GetLimit(int resource, ulong* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static unsafe partial int SetLimit(int resource, ulong* limit);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static unsafe partial int Control(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    /// <summary>Waits for events with the resolution of the clock (ppoll(2)).</summary>
    public static unsafe int PollFor(PollEntry* entries, nuint count, TimeSpan time)
    {
        var limit = stackalloc long[2];
        limit[0] = (long)time.TotalSeconds;
        limit[1] = time.Ticks % TimeSpan.TicksPerSecond * 100;
        // SAFETY: struct timespec is two longs on 64-bit Linux; a null signal mask changes none.
        return PollPrecisely(entries, count, limit, null);
    }

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static unsafe partial int PollPrecisely(PollEntry* entries, nuint count, long* limit, void* mask);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static unsafe partial int SetOption(int descriptor, int level, int name, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static unsafe partial nint SendTo(int descriptor, byte* buffer, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    public static unsafe partial nint ReceiveFrom(int descriptor, byte* buffer, nuint length, int flags, byte* address, uint* addressLength);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
