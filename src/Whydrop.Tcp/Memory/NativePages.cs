using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Whydrop.Tcp.Memory;

/// <summary>Zeroed anonymous memory straight from the kernel, or a file to be read, given back when nobody refers to it any more.</summary>
internal sealed unsafe partial class NativePages : SafeHandle
{
    private const int ReadWrite = 3;
    private const int Private = 2;
    private const int PrivateAnonymous = 0x22;
    private const int HugePage = 14; // MADV_HUGEPAGE, include/uapi/asm-generic/mman-common.h
    private const nuint HugePageBytes = 2 * 1024 * 1024;
    private readonly nuint bytes;

    /// <summary>Zeroed memory, aligned to a page.</summary>
    public NativePages(nuint bytes)
        : base(-1, ownsHandle: true)
    {
        this.bytes = bytes;

        // SAFETY: a fresh private mapping, owned by this handle alone.
        SetHandle((nint)Map(null, bytes, ReadWrite, PrivateAnonymous, -1, 0));
        if (IsInvalid)
        {
            throw new InvalidOperationException($"no memory for {bytes} bytes of flow state");
        }
    }

    /// <summary>The first bytes of a file; what is changed here is not changed there. The file may be closed.</summary>
    public NativePages(SafeFileHandle file, nuint bytes)
        : base(-1, ownsHandle: true)
    {
        this.bytes = bytes;

        // SAFETY: a fresh private mapping, owned by this handle alone, of a file that has so many bytes and no name by which anybody could cut it.
        SetHandle((nint)Map(null, bytes, ReadWrite, Private, (int)file.DangerousGetHandle(), 0));
        GC.KeepAlive(file);
        if (IsInvalid)
        {
            throw new IOException($"no room to look at {bytes} bytes of a file");
        }
    }

    public override bool IsInvalid => handle == -1;

    /// <summary>Start of the memory; valid as long as the handle is referred to.</summary>
    public byte* Start => (byte*)handle;

    /// <summary>Asks for huge pages: memory that is used at random all over. Refusal changes speed only.</summary>
    public NativePages PreferHugePages()
    {
        var start = ((nuint)handle + HugePageBytes - 1) & ~(HugePageBytes - 1);
        var end = ((nuint)handle + bytes) & ~(HugePageBytes - 1);
        if (end > start)
        {
            _ = Advise((void*)start, end - start, HugePage);
        }

        return this;
    }

    protected override bool ReleaseHandle() => Unmap((void*)handle, bytes) == 0;

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
