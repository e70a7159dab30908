using System.Text.RegularExpressions;
using Whydrop.Case.Naming;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Counters;

/// <summary>Finds the files that list everything of a kind, and the order in which they were written.</summary>
internal static partial class Listings
{
    private static readonly HashSet<string> SocketTools = new(StringComparer.Ordinal) { "ss", "netstat-sockets", "proc-net-tcp" };

    /// <param name="sources">Each text file with its place, the tool that wrote it and its facts.</param>
    public static IEnumerable<Listing> Of(IEnumerable<(string Source, VantagePoint At, string? Tool, IReadOnlyList<Fact> Facts)> sources)
    {
        var found = sources.SelectMany(s => Kinds(s.Source, s.Tool, s.Facts).Select(k => (Kind: k, At: s.At.Stack, s.Source))).ToArray();
        foreach (var group in found.GroupBy(f => (f.Kind, f.At)))
        {
            foreach (var file in group)
            {
                // So many moments were stated to be earlier.
                var earlier = group.Where(o => MomentName.CompareStated(o.Source, file.Source) < 0).Select(o => o.Source).ToArray();
                var moment = earlier.Count(e => !Array.Exists(earlier, o => o != e && MomentName.CompareStated(o, e) == 0 && string.CompareOrdinal(o, e) < 0));
                yield return new Listing(file.At, new Provenance(file.Source), file.Kind, moment);
            }
        }
    }

    private static IEnumerable<ListingKind> Kinds(string source, string? tool, IReadOnlyList<Fact> facts)
    {
        if (tool is not null && SocketTools.Contains(tool))
        {
            var states = facts.OfType<SocketState>().Where(s => s.Protocol.StartsWith("tcp", StringComparison.Ordinal)).Select(s => s.State).ToHashSet(StringComparer.Ordinal);

            // ss and netstat show sockets that listen only when they are told to (-l, -a), and only then those in TIME-WAIT beside established ones.
            var options = OptionsInName().Match(source[(source.LastIndexOf('/') + 1)..]).Groups["o"].Value;
            if (tool == "proc-net-tcp" || states.Contains("LISTEN") || states.Contains("TIME-WAIT") || options.Contains('l') || options.Contains('a'))
            {
                yield return ListingKind.Listeners;
            }

            if (!options.Contains('l') && !(states.Count == 1 && states.Contains("LISTEN")) && (states.Count > 0 || options.Length > 0))
            {
                yield return ListingKind.Connections;
            }
        }

        // Every namespace has a loopback; a listing without it was asked for single devices.
        if (facts.Any(f => f is NetworkInterface { At.Interface: "lo" }))
        {
            yield return ListingKind.Devices;
        }
    }

    // "ss-ltn.2-after.txt", "ss_-antp", "netstat-tlnp.txt".
    [GeneratedRegex(@"(^|[^a-z])(ss|netstat)[-_ ]+-?(?<o>[a-zA-Z0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex OptionsInName();
}
