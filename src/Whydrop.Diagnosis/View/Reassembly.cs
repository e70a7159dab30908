using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Fragments a kernel received and did not put together.</summary>
/// <param name="Text">The figures.</param>
internal sealed record Reassembly(VantagePoint Stack, long Missing, long Of, string Text, IReadOnlyList<Provenance> Evidence)
{
    /// <summary>Datagrams given up by reassembly, in either family.</summary>
    internal static readonly string[] FailCounters = ["Ip.ReasmFails", "Ip6.ReasmFails"];

    // Two readings are never taken between two datagrams.
    private const long Slack = 3;

    /// <summary>
    /// ReasmFails counts only when the timer ends, 30 s later (ip_expire): until then an incomplete one shows as fragments required without a
    /// datagram put together. One datagram for each IP version; none when they match or were not counted.
    /// </summary>
    internal static IEnumerable<Reassembly> Shortfalls(CaseView view, VantagePoint stack)
    {
        foreach (var (ip, version6) in new[] { ("Ip", false), ("Ip6", true) })
        {
            if (view.Delta(stack, ip + ".ReasmReqds") is not { Delta: >= Slack } asked || view.Delta(stack, ip + ".ReasmOKs") is not { } whole)
            {
                continue;
            }

            // Seen whole, piece by piece, by a capture in front of the kernel; without one, no datagram at all is what is certain.
            var came = view.Facts.Of<FragmentTally>()
                .Where(t => t.At.Stack == stack && (t.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) == version6 && view.Addresses(stack).Contains(t.Destination))
                .GroupBy(t => t.Capture).Select(g => (Complete: g.Sum(t => t.Complete), g.First().From)).OrderByDescending(t => t.Complete).FirstOrDefault();
            var missing = came.Complete > 0 ? came.Complete - whole.Delta : whole.Delta == 0 ? asked.Delta : 0;
            if (missing >= Slack)
            {
                var text = $"{ip}.ReasmReqds of {stack} +{asked.Delta}, ReasmOKs +{whole.Delta}" + (came.Complete > 0 ? $": {came.Complete} came whole in pieces" : "");
                yield return new Reassembly(stack, missing, came.Complete > 0 ? came.Complete : asked.Delta, text, came.Complete > 0 ? [asked.From, whole.From, came.From] : [asked.From, whole.From]);
            }
        }
    }
}
