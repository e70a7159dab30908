using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>A file taken with -i any that says of each packet on which interface it was seen: a packet that crosses two is in it twice.</summary>
/// <param name="Copies">Frames that are the same packet again.</param>
/// <param name="WithData">Of these, those that carry data: they look like retransmissions.</param>
/// <param name="Retransmissions">True ones, by one interface each.</param>
internal sealed record InterfaceCopies(VantagePoint At, long Frames, long Copies, long WithData, long Retransmissions, Provenance From)
{
    /// <summary>One of each such file that has copies.</summary>
    internal static IEnumerable<InterfaceCopies> Find(CaseView view) =>
        view.Captures.Where(c => c.AnyDevice).GroupBy(c => c.From.Source).Select(g => Of(view, [.. g])).Where(c => c.Copies > 0);

    private static InterfaceCopies Of(CaseView view, IReadOnlyList<CaptureSummary> parts)
    {
        var captures = parts.Select(c => c.Capture).ToHashSet();
        var (copies, withData, again) = (0L, 0L, 0L);
        foreach (var trail in view.Trails)
        {
            var seen = trail.Flows.Where(f => captures.Contains(f.Capture)).ToArray();
            if (seen.Length == 0)
            {
                continue;
            }

            var most = seen.MaxBy(f => f.Frames)!;
            copies += seen.Sum(f => f.Frames) - most.Frames;
            withData += seen.Sum(Data) - Data(most);
            again += most.FromClient.Retransmissions + most.FromServer.Retransmissions;
        }

        return new InterfaceCopies(parts[0].At.Stack, parts.Sum(c => c.Frames), copies, withData, again, parts[0].From);
    }

    private static long Data(TcpFlow f) => f.FromClient.Segments + f.FromServer.Segments;
}
