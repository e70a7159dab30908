namespace Whydrop.Capture;

/// <summary>How a file is compressed, by its magic number.</summary>
internal enum Compression
{
    None,
    Gzip,
    Zstd,
    Lz4,
    Xz,
    Bzip2,
}
