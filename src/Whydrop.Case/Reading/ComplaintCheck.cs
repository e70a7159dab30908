using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Case.Reading;

/// <summary>Says so when the evidence cannot concern the complaint: its connection is in no capture, or no capture ran at that time.</summary>
internal static class ComplaintCheck
{
    public static IEnumerable<Gap> Run(Complaint? complaint, IReadOnlyList<Fact> facts)
    {
        var captures = facts.OfType<CaptureSummary>().ToList();
        if (complaint is null || captures.Count == 0)
        {
            yield break;
        }

        var from = new Provenance("case.yaml");
        if (complaint.Time is { } time && !captures.Exists(c => c.First <= time && time <= c.Last))
        {
            yield return new Gap(VantagePoint.Unknown, from, GapKind.NotCollected, $"no capture ran at the time of the complaint, {time}");
        }

        var ends = (complaint.Flow ?? "").Split([' ', '>', '→', ','], StringSplitOptions.RemoveEmptyEntries);
        foreach (var end in ends)
        {
            if (Meant(end) is { } meant && !facts.OfType<TcpFlow>().Any(f => meant(f.Client) || meant(f.Server)))
            {
                yield return new Gap(VantagePoint.Unknown, from, GapKind.NotCollected, $"{end}, named in the complaint, is an end of no captured connection");
            }
        }
    }

    private static Func<IPEndPoint, bool>? Meant(string end) =>
        IPAddress.TryParse(end, out var address) && !end.All(char.IsAsciiDigit) ? e => e.Address.Equals(address)
        : IPEndPoint.TryParse(end, out var point) ? e => e.Equals(point)
        : null;
}
