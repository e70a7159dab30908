namespace Whydrop.Case.Opening;

/// <summary>The outermost format of a file.</summary>
internal enum ContentKind
{
    Empty,
    Pcap,
    Pcapng,
    Gzip,
    Zstd,
    Zip,
    Tar,
    Xz,
    Bzip2,
    Text,
    Binary,
}
