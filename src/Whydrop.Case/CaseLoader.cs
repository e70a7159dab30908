using Whydrop.Case.Counters;
using Whydrop.Case.Description;
using Whydrop.Case.Naming;
using Whydrop.Case.Opening;
using Whydrop.Case.Reading;
using Whydrop.Evidence;
using Whydrop.Journeys;

namespace Whydrop.Case;

/// <summary>A case in, facts out: opens it, recognises its files, names where each was taken, reads them all and joins what belongs together.</summary>
public sealed class CaseLoader
{
    private readonly CaseOptions options;
    private readonly CancellationToken cancellation;
    private readonly CaseInventory inventory;
    private readonly ByteProgress progress;
    private CaseDescription description = CaseDescription.None;

    private CaseLoader(CaseOptions options, CaseInventory inventory, IProgress<CaseProgress>? progress, CancellationToken cancellation)
    {
        this.options = options;
        this.inventory = inventory;
        this.cancellation = cancellation;
        this.progress = new ByteProgress(inventory.Entries.Sum(e => e.Length), progress, cancellation);
    }

    /// <summary>Loads a case. The same files give the same facts in the same order.</summary>
    /// <param name="paths">
    /// Folders, archives and files. Several together are one case, whose top is the folder around them all.
    /// </param>
    /// <param name="options">Limits.</param>
    /// <param name="progress">Told often, from several threads; null when nobody listens.</param>
    /// <param name="cancellation">Stops reading; what was unpacked is deleted all the same.</param>
    /// <exception cref="CaseUnreadableException">A path does not exist or may not be read at all. Any lesser trouble is a <see cref="Gap"/>.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static LoadedCase Load(
        IReadOnlyList<string> paths, CaseOptions options, IProgress<CaseProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var opened = CaseInventory.Open(paths, options, cancellation);
        return new CaseLoader(options, opened, progress, cancellation).Load();
    }

    private LoadedCase Load()
    {
        var entries = inventory.Entries.ToList();
        var described = ReadDescription(entries);
        var texts = ReadAll(entries.Where(e => e.Inner == ContentKind.Text), ReadText);
        var nodes = texts.Concat(entries.Select(e => PlaceOnly(e))).Select(f => f.At.Node).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var tables = texts.SelectMany(t => t.Facts).GroupBy(f => f.At.Stack).ToDictionary(g => g.Key, g => new InterfaceTable(g));
        texts = [.. texts.Select(t => DeviceNaming.Apply(t, tables.GetValueOrDefault(t.At.Stack, InterfaceTable.Empty)))];
        List<Fact> grown = [.. CounterPairing.Run(texts.Select(t => (t.Tool, t.Facts)), SameText(entries))];
        // A connection that is complained of is looked for among all.
        var following = description.Complaint?.Flow is not null && options.Following == Following.Summed ? options with { Following = Following.All } : options;
        var captures = new CaptureStage(entries.Where(IsCapture).ToList(), new CapturePlace(PlaceOf, nodes, tables), texts, grown, progress, following, cancellation);
        var captured = captures.Run();
        var others = entries.Where(e => e.Inner != ContentKind.Text && !IsCapture(e)).Select(Unrecognised).ToList();

        var read = texts.Concat(captured).Concat(others).OrderBy(f => f.Entry.Path, StringComparer.Ordinal).ToList();
        List<Fact> facts =
        [
            .. texts.SelectMany(t => t.Facts).Where(f => f is not Gap),
            .. grown,
            .. Listings.Of(texts.Select(t => (t.Entry.Path, t.At, t.Tool, t.Facts))),
            .. captured.SelectMany(c => c.Facts).Where(f => f is not Gap),
            .. captures.Joined,
        ];
        facts = KernelClock.Apply(LogZone.Apply(CaptureDrops.Apply(facts), description.Vantages));
        facts.AddRange(inventory.Gaps);
        facts.AddRange(description.Gaps);
        facts.AddRange(read.SelectMany(f => f.Facts).Where(f => f is Gap));
        facts.AddRange(ComplaintCheck.Run(description.Complaint, facts).Concat(ChainCheck.Run(description.Complaint, facts)).ToArray());
        CaseFile[] files = [.. read.Select(f => f.Listed).Concat(inventory.Others).Concat(described).OrderBy(f => f.Path, StringComparer.Ordinal)];
        return new LoadedCase(inventory.Name, new FactSet(facts), files, description.Complaint, description.Topology);
    }

    private List<CaseFile> ReadDescription(List<CaseEntry> entries)
    {
        const long LargestDescription = 1 << 20;
        var own = entries.Find(e => e.Path is "case.yaml" or "case.yml" && e.Kind == ContentKind.Text && e.Length <= LargestDescription);
        if (own is null)
        {
            return [];
        }

        entries.Remove(own);
        using var text = new StreamReader(own.PhysicalPath);
        description = DescriptionReader.Read(own.Path, text);
        return [new CaseFile(own.Path, CaseFileKind.Description, VantagePoint.Unknown, "description of the case", own.Length)];
    }

    private List<ReadFile> ReadAll(IEnumerable<CaseEntry> entries, Func<CaseEntry, ReadFile> read) =>
        [.. entries.AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Clamp(options.Parallelism, 1, 64)).Select(read)];

    private ReadFile ReadText(CaseEntry entry)
    {
        var result = TextStage.Read(entry, PlaceOf(entry));
        progress.Add(entry.Length, entry.Path);
        return result;
    }

    private VantagePoint PlaceOf(CaseEntry entry)
    {
        var at = PlaceName.Of(entry.Folders);
        if (at.Netns is null && PlaceName.NetnsInFileName(entry.Name) is { } netns)
        {
            at = at with { Netns = netns };
        }

        return description.Vantages.Where(v => v.Matches(entry.Path)).Aggregate(at, (place, rule) => rule.Apply(place));
    }

    private ReadFile PlaceOnly(CaseEntry entry) => new(entry, CaseFileKind.Unrecognised, PlaceOf(entry), [], "");

    private ReadFile Unrecognised(CaseEntry entry) => entry.Inner switch
    {
        ContentKind.Empty => TextStage.Unread(entry, PlaceOf(entry), GapKind.Unrecognised, "empty, or a pipe, socket or device, which is not read"),
        ContentKind.Xz => TextStage.Unread(entry, PlaceOf(entry), GapKind.Unsupported, "compressed with xz, which is not read (unpack it: xz -d)"),
        ContentKind.Bzip2 => TextStage.Unread(entry, PlaceOf(entry), GapKind.Unsupported, "compressed with bzip2, which is not read (unpack it: bzip2 -d)"),
        ContentKind.Gzip or ContentKind.Zstd => TextStage.Unread(entry, PlaceOf(entry), GapKind.Unsupported, "compressed twice, which is not read"),
        _ => TextStage.Unread(entry, PlaceOf(entry), GapKind.Unrecognised, "binary file of no known kind"),
    };

    internal static bool IsCapture(CaseEntry entry) => entry.Inner is ContentKind.Pcap or ContentKind.Pcapng;

    private static Func<string, string, bool> SameText(List<CaseEntry> entries)
    {
        var byPath = entries.ToDictionary(e => e.Path, StringComparer.Ordinal);
        return (a, b) =>
        {
            if (a == b)
            {
                return true;
            }

            if (!byPath.TryGetValue(a, out var x) || !byPath.TryGetValue(b, out var y) || x.Length != y.Length)
            {
                return false;
            }

            using FileStream left = File.OpenRead(x.PhysicalPath), right = File.OpenRead(y.PhysicalPath);
            return System.Security.Cryptography.SHA256.HashData(left).AsSpan().SequenceEqual(System.Security.Cryptography.SHA256.HashData(right));
        };
    }
}
