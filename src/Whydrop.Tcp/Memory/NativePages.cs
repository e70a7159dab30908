using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Memory;

/// <summary>Zeroed anonymous memory straight from the kernel, on huge pages where it gives them.</summary>
internal static unsafe partial class NativePages
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private const int HugePage = 14; // MADV_HUGEPAGE, include/uapi/asm-generic/mman-common.h
    private const nuint HugePageBytes = 2 * 1024 * 1024;

    /// <summary>Zeroed memory, aligned to a page.</summary>
    public static void* Allocate(nuint bytes)
    {
        // SAFETY: a fresh private mapping; the caller owns it until Free with the same size.
        var memory = Map(null, bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)memory == -1)
        {
            throw new InsufficientMemoryException($"no memory for {bytes} bytes of flow state");
        }

        return memory;
    }

    /// <summary>Asks for huge pages under memory that will be used at random all over. Refusal changes speed only.</summary>
    public static void PreferHugePages(void* memory, nuint bytes)
    {
        var start = ((nuint)memory + HugePageBytes - 1) & ~(HugePageBytes - 1);
        var end = ((nuint)memory + bytes) & ~(HugePageBytes - 1);
        if (end > start)
        {
            _ = Advise((void*)start, end - start, HugePage);
        }
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave.</summary>
    public static void Free(void* memory, nuint bytes)
    {
        if (memory != null)
        {
            _ = Unmap(memory, bytes);
        }
    }

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
