using System.IO.Compression;
using Whydrop.Evidence;

namespace Whydrop.Case.Opening;

/// <summary>Unpacks one archive into numbered files of a private folder. Names inside the archive never become names on disk.</summary>
internal sealed class ArchiveUnpacking(string folder, UnpackBudget budget, CancellationToken cancellation)
{
    /// <summary>Refusals told one by one; the rest is counted.</summary>
    private const int RefusalsTold = 20;

    /// <summary>A larger zip directory would list more than a million names.</summary>
    private const long LargestZipDirectory = 64L << 20;

    private readonly Dictionary<string, UnpackedFile> files = new(StringComparer.Ordinal);
    private readonly List<(GapKind Kind, string Reason)> gaps = [];
    private readonly List<string[]> seen = [];
    private int refused;

    /// <summary>One file of the archive.</summary>
    /// <param name="Segments">Folder names and the file name inside the archive.</param>
    /// <param name="PhysicalPath">Where its bytes lie now.</param>
    public readonly record struct UnpackedFile(string[] Segments, string PhysicalPath);

    /// <summary>Names of all files met, also of one that could not be unpacked: the layout is judged by them.</summary>
    public IReadOnlyList<string[]> Seen => seen;

    /// <summary>The archive lists its own top ("./"): what lies there is the case, and no folder wraps it.</summary>
    public bool ListsTop { get; private set; }

    /// <summary>What could not be unpacked, and why.</summary>
    public IReadOnlyList<(GapKind Kind, string Reason)> Gaps => gaps;

    /// <summary>Unpacks as much as can be read.</summary>
    public IReadOnlyCollection<UnpackedFile> Unpack(string archive, ContentKind kind, ContentKind inner)
    {
        try
        {
            if (kind == ContentKind.Zip)
            {
                UnpackZip(archive);
            }
            else if (inner == ContentKind.Tar)
            {
                UnpackTar(archive, kind);
            }
        }
        catch (UnpackLimitException e)
        {
            gaps.Add((GapKind.Limited, $"{e.Message}; what was unpacked before is judged"));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            gaps.Add((GapKind.Malformed, $"the archive is damaged: {OneLine(e)}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add((GapKind.Unreadable, $"cannot be unpacked: {OneLine(e)}"));
        }

        if (refused > RefusalsTold)
        {
            gaps.Add((GapKind.Unsupported, $"{refused - RefusalsTold} more entries refused for the same reasons"));
        }

        return files.Values;
    }

    private void UnpackTar(string archive, ContentKind kind)
    {
        using var raw = Decompression.Open(archive, kind);
        using var bounded = new BudgetStream(raw, budget, cancellation);
        var tar = new TarReading(bounded);
        while (tar.TryNext(out var entry))
        {
            // 0 file, 7 contiguous file, 5 folder, 1 hard link, 2 symbolic link, 3 4 6 devices and pipes.
            if (entry.Type is '0' or '7' && TryAccept(entry.Name, backslashes: false, out var segments))
            {
                var path = NextPath();
                using (var output = File.Create(path))
                {
                    tar.CopyContent(entry.Size, output);
                }

                files[string.Join('/', segments)] = new UnpackedFile(segments, path);
                continue;
            }

            ListsTop |= entry is { Type: '5', Name: "./" or "." };
            if (entry.Type is not ('0' or '7' or '5'))
            {
                Refuse(entry.Name, entry.Type switch { '1' => "a hard link", '2' => "a symbolic link", _ => $"of tar type '{(char.IsControl(entry.Type) ? '?' : entry.Type)}'" });
            }

            // Links and devices have no content whatever their size field says.
            if (entry.Type is not ('1' or '2' or '3' or '4' or '5' or '6') && !tar.CopyContent(entry.Size, destination: null))
            {
                break;
            }
        }

        if (tar.Damage is { } damage)
        {
            gaps.Add((damage.StartsWith("ends", StringComparison.Ordinal) ? GapKind.Truncated : GapKind.Malformed, $"the archive {damage}; what came before is judged"));
        }
    }

    private void UnpackZip(string archive)
    {
        using var file = File.OpenRead(archive);
        if (ZipDirectory.Size(file) > LargestZipDirectory)
        {
            throw new UnpackLimitException("its zip directory is larger than 64 MiB");
        }

        file.Position = 0;
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.FullName.EndsWith('/') || entry.FullName.EndsWith('\\'))
            {
                continue;
            }

            // The upper half is st_mode when the archive was made on Unix: S_IFLNK is 0xA000.
            if (((entry.ExternalAttributes >> 16) & 0xF000) == 0xA000)
            {
                Refuse(entry.FullName, "a symbolic link");
            }
            else if (entry.IsEncrypted)
            {
                Refuse(entry.FullName, "encrypted");
            }
            else if (TryAccept(entry.FullName, backslashes: true, out var segments))
            {
                CopyZipEntry(entry, segments);
            }
        }
    }

    private void CopyZipEntry(ZipArchiveEntry entry, string[] segments)
    {
        var path = NextPath();
        try
        {
            using var input = new BudgetStream(entry.Open(), budget, cancellation);
            using var output = File.Create(path);
            input.CopyTo(output);
        }
        catch (InvalidDataException e)
        {
            gaps.Add((GapKind.Malformed, $"{ArchiveName.Printable(entry.FullName)}: damaged in the archive ({OneLine(e)}); what could be unpacked is judged"));
        }

        files[string.Join('/', segments)] = new UnpackedFile(segments, path);
    }

    private bool TryAccept(string name, bool backslashes, out string[] segments)
    {
        if (!ArchiveName.TrySplit(name, backslashes, out segments))
        {
            Refuse(name, "named outside the archive");
            return false;
        }

        seen.Add(segments);
        budget.TakeFile();
        return true;
    }

    private void Refuse(string name, string why)
    {
        if (++refused <= RefusalsTold)
        {
            gaps.Add((GapKind.Unsupported, $"{ArchiveName.Printable(name)}: {why}, not unpacked"));
        }
    }

    private string NextPath() => Path.Combine(folder, Guid.NewGuid().ToString("N"));

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
