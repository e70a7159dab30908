using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Tcp.Facts;

/// <summary>Turns what was seen beside TCP into facts: neighbours, names and tunnels.</summary>
internal sealed class DatagramFacts(OtherFrames others, VantagePoint[] at, string source, int firstCapture)
{
    public IEnumerable<Fact> All() => Neighbours().Concat(Names()).Concat(Tunnels());

    private IEnumerable<Fact> Neighbours()
    {
        foreach (var (point, asker, target, seen, macs, changes) in others.Neighbours.All())
        {
            yield return new NeighbourQuery(
                at[point], From(seen.Frame), firstCapture + point, asker.ToAddress(), target.ToAddress(), seen.Asked, seen.Answered, macs,
                new Timestamp(seen.First), new Timestamp(seen.Last)) { Changes = changes };
        }

        if (others.Neighbours.NotKept > 0)
        {
            yield return Limited($"{others.Neighbours.NotKept} ARP or neighbour discovery frames between further pairs of addresses are not listed");
        }
    }

    private IEnumerable<Fact> Names()
    {
        foreach (var (key, row) in others.Dns.All())
        {
            yield return new DnsQuery(
                at[key.Point], From(row.Frame), firstCapture + key.Point, new IPEndPoint(key.Client.ToAddress(), key.ClientPort),
                new IPEndPoint(key.Server.ToAddress(), key.ServerPort), key.Name, key.RecordType, row.Attempts, new Timestamp(row.Asked),
                row.Answer is { } answer ? TimeSpan.FromTicks(answer / 100) : null, row.Answer is null ? null : row.ResponseCode, row.Truncated)
            {
                AfterAnswered = row.Before is { } before ? TimeSpan.FromTicks((row.Asked - before) / 100) : null,
            };
        }

        if (others.Dns.NotKept > 0)
        {
            yield return Limited($"{others.Dns.NotKept} questions to name servers beyond the limit are not listed");
        }

        if (others.Dns.Unreadable > 0)
        {
            yield return Limited($"{others.Dns.Unreadable} messages on port 53 could not be read: cut by the capture, or no DNS query");
        }
    }

    private IEnumerable<Fact> Tunnels() => others.Encrypted.All().Select(t => new EncryptedTunnel(
        at[t.Point], From(t.Seen.Frame), firstCapture + t.Point, t.Kind, t.Near, t.Far, t.Seen.Frames, new Timestamp(t.Seen.First), new Timestamp(t.Seen.Last)));

    private Provenance From(long? frame) => new(source, Frame: frame);

    private Gap Limited(string reason) => new(at.Length > 0 ? at[0].Stack : VantagePoint.Unknown, From(null), GapKind.Limited, reason);
}
