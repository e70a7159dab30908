using Whydrop.Evidence;

namespace Whydrop.Case.Opening;

/// <summary>All files of a case, archives unpacked. Disposing it deletes what was unpacked.</summary>
internal sealed class CaseInventory : IDisposable
{
    private const int DeepestFolder = 32;
    private const string StandardInput = "-";

    private readonly CaseOptions options;
    private readonly CancellationToken cancellation;
    private readonly UnpackBudget budget;
    private readonly List<CaseEntry> entries = [];
    private readonly List<CaseFile> others = [];
    private readonly List<Gap> gaps = [];
    private DirectoryInfo? unpacked;

    private CaseInventory(CaseOptions options, CancellationToken cancellation)
    {
        this.options = options;
        this.cancellation = cancellation;
        budget = new UnpackBudget(options.MaxUnpackedBytes, options.MaxFiles);
    }

    /// <summary>Name of the case.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Files to read, in path order.</summary>
    public IReadOnlyList<CaseEntry> Entries => entries;

    /// <summary>Archives and links: listed, not read themselves.</summary>
    public IReadOnlyList<CaseFile> Others => others;

    /// <summary>What could not be opened or unpacked.</summary>
    public IReadOnlyList<Gap> Gaps => gaps;

    /// <summary>Lists and unpacks. A path that cannot be opened at all is the caller's error.</summary>
    /// <exception cref="CaseUnreadableException">A path does not exist or may not be read.</exception>
    public static CaseInventory Open(IReadOnlyList<string> paths, CaseOptions options, CancellationToken cancellation)
    {
        var inventory = new CaseInventory(options, cancellation);
        try
        {
            inventory.Collect(paths);
            inventory.entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            return inventory;
        }
        catch
        {
            inventory.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        try
        {
            unpacked?.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is left to tell it to; the folder is private and stands in the temporary folder.
        }

        unpacked = null;
    }

    private void Collect(IReadOnlyList<string> paths)
    {
        var full = paths.Select(p => p == StandardInput ? p : Path.GetFullPath(p)).Distinct(StringComparer.Ordinal).ToList();
        foreach (var path in full.ToList())
        {
            if (OpenStream(path) is { } stream)
            {
                full.Remove(path);
                AddStream(path, stream, sole: paths.Count == 1);
            }
        }

        if (full.Count == 0)
        {
            return;
        }

        if (full.Count == 1)
        {
            Name = Path.GetFileName(full[0].TrimEnd('/')) is { Length: > 0 } name ? ArchiveName.Printable(name) : "/";
            AddGiven(full[0], full[0], [], sole: paths.Count == 1 || Directory.Exists(full[0]));
            return;
        }

        // Several paths are parts of one case: the folder around them is its top, so that node-a/x and node-b/y keep their places.
        var top = CommonFolder(full);
        Name = Path.GetFileName(top) is { Length: > 0 } around ? ArchiveName.Printable(around) : "/";
        foreach (var path in full)
        {
            AddGiven(path, top, [], sole: false);
        }
    }

    /// <summary>Standard input, a named pipe or the shell's <c>&lt;(command)</c>; null for anything else. A pipe has one opening: what is opened to find out is what is read.</summary>
    private static Stream? OpenStream(string path)
    {
        if (path == StandardInput)
        {
            return Console.OpenStandardInput();
        }

        // Of a link, the length is that of the link.
        if (!File.Exists(path) || new FileInfo(path) is { LinkTarget: null, Length: > 0 } || IsKernelFile(path))
        {
            return null;
        }

        try
        {
            var opened = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (!opened.CanSeek)
            {
                return opened;
            }

            opened.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A socket, or not allowed: the listing says so.
        }

        return null;
    }

    /// <summary>A stream can be read once, and journeys read a capture twice: it is kept in the private folder.</summary>
    private void AddStream(string path, Stream stream, bool sole)
    {
        var name = path == StandardInput ? "standard-input" : ArchiveName.Printable(Path.GetFileName(path));
        Name = Name.Length == 0 ? name : Name;
        unpacked ??= CreatePrivateFolder(options.TemporaryFolder);
        var kept = Path.Combine(unpacked.FullName, Guid.NewGuid().ToString("N"));
        try
        {
            using var limited = new BudgetStream(stream, budget, cancellation);
            using var target = new FileStream(kept, FileMode.CreateNew, FileAccess.Write);
            limited.CopyTo(target, 1 << 16);
        }
        catch (UnpackLimitException e)
        {
            Tell(name, GapKind.Limited, $"{e.Message}; what came before is judged");
        }

        AddContent(kept, name, [], archiveDepth: 0, sole);
    }

    private void AddGiven(string path, string top, string[] noFolders, bool sole)
    {
        try
        {
            if (Directory.Exists(path))
            {
                AddFolder(new DirectoryInfo(path), top, sole ? noFolders : Below(path, top), 0);
            }
            else if (File.Exists(path))
            {
                var folders = sole ? noFolders : Below(Path.GetDirectoryName(path)!, top);
                AddFile(new FileInfo(path), folders, sole ? "" : Prefix(folders), archiveDepth: 0, sole);
            }
            else
            {
                throw new CaseUnreadableException($"no such file or folder: {ArchiveName.Printable(path)} (give a capture, a folder or an archive)", missing: true);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CaseUnreadableException($"may not read {ArchiveName.Printable(path)}: permission denied (run as a user who may, or copy the files)", missing: false, e);
        }
    }

    private void AddFolder(DirectoryInfo folder, string top, string[] folders, int depth)
    {
        cancellation.ThrowIfCancellationRequested();
        if (depth > DeepestFolder)
        {
            Tell(Prefix(folders), GapKind.Limited, $"folders deeper than {DeepestFolder} are not read");
            return;
        }

        foreach (var item in folder.EnumerateFileSystemInfos().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            var path = Prefix(folders) + ArchiveName.Printable(item.Name);
            if (item.LinkTarget is { } target)
            {
                AddLink(item, path, target, top);
            }
            else if (item is DirectoryInfo inner)
            {
                try
                {
                    AddFolder(inner, top, [.. folders, ArchiveName.Printable(item.Name)], depth + 1);
                }
                catch (UnauthorizedAccessException) when (depth >= 0)
                {
                    Tell(path, GapKind.Unreadable, "permission denied");
                }
            }
            else if (!AddFile((FileInfo)item, folders, Prefix(folders), archiveDepth: 0, sole: false))
            {
                return;
            }
        }
    }

    private void AddLink(FileSystemInfo link, string path, string target, string top)
    {
        var resolved = Path.GetFullPath(target, Path.GetDirectoryName(link.FullName)!);
        if (resolved.StartsWith(top.TrimEnd('/') + "/", StringComparison.Ordinal) && Path.Exists(resolved))
        {
            others.Add(new CaseFile(path, CaseFileKind.Link, VantagePoint.Unknown, $"a link to {ArchiveName.Printable(target)}, read there", 0));
        }
        else
        {
            Tell(path, GapKind.Unreadable, "a symbolic link out of the case, not followed (name its target on the command line)");
        }
    }

    private bool AddFile(FileInfo file, string[] folders, string prefix, int archiveDepth, bool sole)
    {
        var path = prefix + ArchiveName.Printable(file.Name);
        if (archiveDepth == 0)
        {
            try
            {
                budget.TakeFile();
            }
            catch (UnpackLimitException e)
            {
                Tell(path, GapKind.Limited, $"{e.Message}; this and the rest is not read");
                return false;
            }
        }

        AddContent(file.FullName, path, folders, archiveDepth, sole);
        return true;
    }

    private void AddContent(string physical, string path, string[] folders, int archiveDepth, bool sole)
    {
        ContentKind kind, inner;
        long length;
        try
        {
            length = new FileInfo(physical).Length;

            // Pipes, sockets and devices have no length and may block for ever when opened; only /proc and /sys have content without a length.
            (kind, inner) = length > 0 || IsKernelFile(physical)
                ? Recognise(physical, path)
                : (ContentKind.Empty, ContentKind.Empty);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !sole)
        {
            Tell(path, GapKind.Unreadable, e.Message.ReplaceLineEndings(" "));
            return;
        }

        if (kind != ContentKind.Zip && inner != ContentKind.Tar)
        {
            entries.Add(new CaseEntry(path, folders, physical, length, kind, inner));
        }
        else if (archiveDepth > 1)
        {
            Tell(path, GapKind.Unsupported, "an archive inside an archive inside an archive, not unpacked (unpack it and give the folder)");
        }
        else
        {
            Unpack(physical, path, folders, archiveDepth, sole, length, kind, inner);
        }
    }

    private void Unpack(string physical, string path, string[] folders, int depth, bool sole, long length, ContentKind kind, ContentKind inner)
    {
        unpacked ??= CreatePrivateFolder(options.TemporaryFolder);
        var unpacking = new ArchiveUnpacking(unpacked.FullName, budget, cancellation);
        var files = unpacking.Unpack(physical, kind, inner);
        others.Add(new CaseFile(path, CaseFileKind.Archive, VantagePoint.Unknown, $"{ArchiveWords(kind)}, {files.Count} files", length));
        foreach (var (gapKind, reason) in unpacking.Gaps)
        {
            Tell(path, gapKind, reason);
        }

        var layout = ArchiveLayout.Of(unpacking.Seen, unpacking.ListsTop, path[(path.LastIndexOf('/') + 1)..]);
        foreach (var file in files)
        {
            var own = file.Segments.AsSpan(layout.Wrapped ? 1 : 0);
            string[] places = [.. folders, .. sole || folders.Length > 0 ? [] : layout.Place, .. own[..^1]];
            var inside = string.Join('/', own.ToArray());
            AddContent(file.PhysicalPath, sole ? inside : $"{path}/{inside}", places, depth + 1, sole: false);
        }
    }

    private (ContentKind Kind, ContentKind Inner) Recognise(string physical, string path)
    {
        var kind = ContentRecognition.Recognise(Decompression.Head(physical, ContentKind.Binary, ContentRecognition.HeadLength));
        if (kind is not (ContentKind.Gzip or ContentKind.Zstd))
        {
            return (kind, kind);
        }

        try
        {
            return (kind, ContentRecognition.Recognise(Decompression.Head(physical, kind, ContentRecognition.HeadLength)));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            Tell(path, GapKind.Malformed, $"damaged at its start: {e.Message.ReplaceLineEndings(" ")}");
            return (kind, ContentKind.Binary);
        }
        catch (NotSupportedException e)
        {
            Tell(path, GapKind.Unreadable, e.Message);
            return (kind, ContentKind.Binary);
        }
        catch (IOException e)
        {
            // The file itself was readable a moment ago: its zstd window asks for more memory than is given.
            Tell(path, GapKind.Unsupported, e.Message.ReplaceLineEndings(" "));
            return (kind, ContentKind.Binary);
        }
    }

    private void Tell(string path, GapKind kind, string reason) =>
        gaps.Add(new Gap(VantagePoint.Unknown, new Provenance(path.TrimEnd('/')), kind, reason));

    private static DirectoryInfo CreatePrivateFolder(string parent)
    {
        var path = Path.Combine(parent, "whydrop-" + Guid.NewGuid().ToString("N"));
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string ArchiveWords(ContentKind kind) => kind switch
    {
        ContentKind.Zip => "zip archive",
        ContentKind.Gzip => "tar archive, gzip",
        ContentKind.Zstd => "tar archive, zstd",
        _ => "tar archive",
    };

    private static bool IsKernelFile(string path) => path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal);

    private static string Prefix(string[] folders) => folders.Length == 0 ? "" : string.Join('/', folders) + "/";

    private static string[] Below(string path, string top) =>
        [.. Path.GetRelativePath(top, path).Split('/').Where(s => s != ".").Select(ArchiveName.Printable)];

    private static string CommonFolder(List<string> paths)
    {
        var common = Path.GetDirectoryName(paths[0]) ?? "/";
        while (paths.Exists(p => !(p + "/").StartsWith(common.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            common = Path.GetDirectoryName(common) ?? "/";
        }

        return common;
    }
}
