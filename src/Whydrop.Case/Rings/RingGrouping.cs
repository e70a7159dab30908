using Whydrop.Case.Naming;
using Whydrop.Case.Opening;
using Whydrop.Evidence;

namespace Whydrop.Case.Rings;

/// <summary>
/// Puts the files of one rotating capture together (<c>tcpdump -C -W -G</c>, <c>dumpcap -b</c>), by their names and by the times of their frames. Captures that
/// overlap in time are never one.
/// </summary>
internal sealed class RingGrouping(CancellationToken cancellation)
{
    /// <summary>Frames from several processors may be written this much out of order.</summary>
    private const long Disorder = 1_000_000;

    /// <summary>
    /// The silence between two files of a ring is one of the silences between frames like any other, so among this many it is the longest less than one time in a
    /// hundred.
    /// </summary>
    private const int EnoughGaps = 99;

    /// <summary>Groups captures.</summary>
    /// <param name="captures">In path order.</param>
    /// <returns>In the path order of their first file by name.</returns>
    public static List<CaptureChain> Run(IReadOnlyList<CaseEntry> captures, CancellationToken cancellation)
    {
        var chains = captures.Count < 2 ? [] : new RingGrouping(cancellation).Rings(captures);
        var taken = chains.SelectMany(c => c.Entries).ToHashSet();
        return
        [
            .. captures.Where(c => !taken.Contains(c)).Select(c => new CaptureChain([c], [])).Concat(chains)
                .OrderBy(c => c.Entries.Select(e => e.Path).Min(StringComparer.Ordinal), StringComparer.Ordinal),
        ];
    }

    private List<CaptureChain> Rings(IReadOnlyList<CaseEntry> captures)
    {
        var chains = new List<CaptureChain>();
        var named = captures.Select(c => (Entry: c, Name: RingName.Of(c.Name))).Where(c => c.Name is not null)
            .GroupBy(c => (Folder: c.Entry.Path[..^c.Entry.Name.Length], c.Name!.Stem, c.Name.BareNumber));
        foreach (var group in named)
        {
            var members = group.ToArray();
            if (members.Length < 2 || (group.Key.BareNumber && !IsPadded(members)))
            {
                continue;
            }

            var files = members.AsParallel().AsOrdered().WithCancellation(cancellation).Select(m => RingFile.Read(m.Entry, m.Name!, cancellation)).OfType<RingFile>().ToArray();
            foreach (var ring in files.GroupBy(f => f.Kind))
            {
                chains.AddRange(Chains([.. ring.OrderBy(f => f.First).ThenBy(f => f.Last)]));
            }
        }

        return chains;
    }

    /// <summary>NAME00, NAME01: the same width, zeros in front, and no names of different devices.</summary>
    private static bool IsPadded((CaseEntry Entry, RingName? Name)[] members) =>
        members.Select(m => m.Name!.Width).Distinct().Count() == 1 && members.Any(m => m.Entry.Name[^m.Name!.Width] == '0')
        && members.Select(m => InterfaceName.In(m.Entry.Name, [])).Distinct().Count() == 1;

    private static IEnumerable<CaptureChain> Chains(RingFile[] ring)
    {
        var files = ring.Where(f => f.Frames > 0).ToArray();
        if (files.Zip(files.Skip(1)).Any(pair => pair.Second.First < pair.First.Last - Disorder))
        {
            yield break;
        }

        var silent = ring.Where(f => f.Frames == 0).Select(f => f.Name.Number).OfType<long>().ToHashSet();
        var (start, gaps) = (0, new List<Gap>());
        for (var i = 1; i <= files.Length; i++)
        {
            var why = i == files.Length ? null : Break(files, i, silent);
            if (i < files.Length && why is null)
            {
                continue;
            }

            var chain = files[start..i];
            if (why?.Length > 0)
            {
                gaps.Add(new Gap(
                    VantagePoint.Unknown, new Provenance(chain[0].Entry.Path), GapKind.NotCollected,
                    $"between {chain[^1].Entry.Name} and {files[i].Entry.Name} {why}: they are read as two captures, and nothing in between is proven absent"));
            }

            yield return new CaptureChain([.. chain.Select(f => f.Entry)], gaps) { Ring = chain.Length < files.Length ? files[0].Entry : null };
            (start, gaps) = (i, []);
        }
    }

    /// <summary>Why the capture does not go on from one file into the next; null when it does, empty when they are two captures by their names.</summary>
    private static string? Break(RingFile[] files, int next, HashSet<long> silent)
    {
        var (a, b) = (files[next - 1], files[next]);
        if (!a.Whole)
        {
            return "frames are missing, for the first is cut short";
        }

        var gap = b.First - a.Last;
        var longest = Math.Max(a.LongestGap, b.LongestGap);
        if (a.Name.Number is not { } earlier || b.Name.Number is not { } later || (a.Name.Time != b.Name.Time && !a.Name.NumbersNeverWrap))
        {
            return gap <= longest ? null : $"{Seconds(gap)} s have no frame, longer than any silence within them, so a file may be missing or the capture stood still";
        }

        if (later > earlier && Numbers(earlier + 1, later - earlier - 1).All(silent.Contains))
        {
            return a.Name.NumbersNeverWrap || gap <= longest || a.Frames + b.Frames - 2 < EnoughGaps ? null : $"{Seconds(gap)} s have no frame, longer than any silence within them";
        }

        // The oldest file is written over when all numbers are used up; or the names are moved on, and the newest has the lowest.
        var wraps = earlier == files.Max(f => f.Name.Number) && later == files.Min(f => f.Name.Number);
        if ((wraps || earlier - later == 1) && !a.Name.NumbersNeverWrap)
        {
            return gap <= longest ? null : "";
        }

        return later > earlier ? $"{(later - earlier == 2 ? "a file is" : $"{later - earlier - 1} files are")} missing" : "";
    }

    private static IEnumerable<long> Numbers(long first, long count)
    {
        const int AFewOfThem = 100_000;
        for (var i = 0L; i < Math.Min(count, AFewOfThem); i++)
        {
            yield return first + i;
        }
    }

    private static string Seconds(long nanoseconds) => (nanoseconds / 1e9).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);
}
