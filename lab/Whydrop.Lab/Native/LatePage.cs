using System.Runtime.InteropServices;

namespace Whydrop.Lab.Native;

/// <summary>
/// A page of memory that is not there yet, as one that was swapped out: a call that writes into it waits until it is delivered, and keeps what locks it holds (userfaultfd(2)).
/// </summary>
internal sealed unsafe partial class LatePage : IDisposable
{
    /// <summary>Bytes.</summary>
    public const int Size = 4096;

    private const nuint Api = 0xC018AA3F; // UFFDIO_API, linux/userfaultfd.h
    private const nuint Register = 0xC020AA00; // UFFDIO_REGISTER
    private const nuint ZeroPage = 0xC020AA04; // UFFDIO_ZEROPAGE
    private const ulong ApiVersion = 0xAA;
    private const ulong ModeMissing = 1;
    private const int CloseOnExec = 0x80000;
    private const int ReadWrite = 3; // PROT_READ | PROT_WRITE
    private const int PrivateAnonymous = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
    private readonly int descriptor;
    private readonly byte* memory;
    private bool there;

    private LatePage(int descriptor, byte* memory)
    {
        this.descriptor = descriptor;
        this.memory = memory;
    }

    /// <summary>What scenarios need that use it.</summary>
    public static Need Needed { get; } = new("userfaultfd", () =>
    {
        var tried = UserFault(Call, CloseOnExec);
        _ = tried >= 0 ? Libc.Close(tried) : 0;
        return tried >= 0 ? null : "userfaultfd: this kernel has none, or does not let this user";
    });

    /// <summary>The memory.</summary>
    public Span<byte> Memory => new(memory, Size);

    private static nint Call => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 282 : 323;

    /// <summary>A page that is late.</summary>
    public static LatePage Make()
    {
        var opened = Libc.Checked(UserFault(Call, CloseOnExec), "userfaultfd");
        // SAFETY: an anonymous mapping of one page; each request has the layout of its struct, three or four 64-bit numbers.
        var page = (byte*)Map(0, Size, ReadWrite, PrivateAnonymous, -1, 0);
        var api = stackalloc ulong[3];
        api[0] = ApiVersion;
        Libc.Checked(Libc.Control(opened, Api, api), "UFFDIO_API");
        var range = stackalloc ulong[4];
        (range[0], range[1], range[2]) = ((ulong)page, Size, ModeMissing);
        Libc.Checked(Libc.Control(opened, Register, range), "UFFDIO_REGISTER");
        return new LatePage(opened, page);
    }

    /// <summary>Waits until somebody waits for it; false when nobody did in that time.</summary>
    public bool Awaited(TimeSpan patience)
    {
        var entry = new Libc.PollEntry { Descriptor = descriptor, Events = Libc.PollIn };
        return Libc.PollFor(&entry, 1, patience) > 0;
    }

    /// <summary>It is there: who waits goes on.</summary>
    public void Deliver()
    {
        if (there)
            return;
        there = true;
        var range = stackalloc ulong[4];
        (range[0], range[1]) = ((ulong)memory, Size);
        _ = Libc.Control(descriptor, ZeroPage, range);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Deliver();
        // The page stays mapped: a reader may be on its way out of it.
        _ = Libc.Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial int UserFault(nint number, int flags);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);
}
