using System.IO.Compression;
using Whydrop.Capture;

namespace Whydrop.Case.Opening;

/// <summary>Opens a file through its compression.</summary>
internal static class Decompression
{
    /// <exception cref="NotSupportedException">zstd without its library.</exception>
    public static Stream Open(string path, ContentKind kind)
    {
        if (kind == ContentKind.Zstd && !ZstdStream.Available)
        {
            throw new NotSupportedException("zstd needs libzstd.so.1 (Debian: apt install libzstd1)");
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        return kind switch
        {
            ContentKind.Gzip => new GZipStream(file, CompressionMode.Decompress),
            ContentKind.Zstd => new ZstdStream(file),
            _ => file,
        };
    }

    /// <summary>The first bytes of the file, below its compression when <paramref name="kind"/> is one.</summary>
    public static byte[] Head(string path, ContentKind kind, int length)
    {
        using var stream = Open(path, kind);
        var head = new byte[length];
        var had = 0;
        try
        {
            while (had < length && stream.Read(head, had, length - had) is > 0 and var read)
            {
                had += read;
            }
        }
        catch (InvalidDataException) when (had > 0)
        {
            // Damaged further on: what stands before it decides the kind, and whoever reads the file tells where it breaks.
        }

        return head[..had];
    }
}
