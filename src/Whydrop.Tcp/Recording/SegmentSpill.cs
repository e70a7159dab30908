using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Recording;

/// <summary>Segments written to the temporary folder, in files that have no name any more: they take no memory that the kernel cannot take back, and vanish with the process.</summary>
/// <param name="folder">The temporary folder.</param>
internal sealed class SegmentSpill(string folder) : IDisposable
{
    /// <summary>So much of the disk is left to others, bytes.</summary>
    private const long LeftFree = 1L << 30;
    private const int Buffered = 1 << 14;
    private readonly SegmentRecord[] buffer = new SegmentRecord[Buffered];
    private FileStream? file;
    private int written;
    private int held;

    /// <summary>Segments since the last <see cref="Seal"/>.</summary>
    public int Count => written + held;

    /// <summary>Writes some behind the others.</summary>
    /// <exception cref="IOException">The folder cannot be written to, or its disk has no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Append(ReadOnlySpan<SegmentRecord> segments)
    {
        if (held + segments.Length > Buffered)
        {
            Flush();
        }

        if (segments.Length > Buffered)
        {
            Write(segments);
            return;
        }

        segments.CopyTo(buffer.AsSpan(held));
        held += segments.Length;
    }

    /// <summary>Those since the last call, to be read; there are some.</summary>
    /// <inheritdoc cref="Append"/>
    public SegmentArea Seal()
    {
        Flush();
        var area = new SegmentArea(file!.SafeFileHandle, written);
        Dispose();
        return area;
    }

    /// <summary>Lets go of what was not sealed.</summary>
    public void Dispose()
    {
        file?.Dispose();
        (file, written, held) = (null, 0, 0);
    }

    private void Flush()
    {
        var segments = buffer.AsSpan(0, held);
        held = 0;
        Write(segments);
    }

    private void Write(ReadOnlySpan<SegmentRecord> segments)
    {
        file ??= Open();

        // SAFETY: a record holds no references; its bytes are read back as they were written, by this process.
        RandomAccess.Write(file.SafeFileHandle, MemoryMarshal.AsBytes(segments), (long)written * Unsafe.SizeOf<SegmentRecord>());
        written += segments.Length;
    }

    private FileStream Open()
    {
        if (new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace < LeftFree)
        {
            throw new IOException($"too little room in {folder}");
        }

        var path = Path.Combine(folder, $"whydrop-{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(path, options);
        File.Delete(path);
        return stream;
    }
}
