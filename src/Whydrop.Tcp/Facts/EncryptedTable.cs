using System.Net;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>The tunnels that cannot be seen into, by capture point, kind and both ends.</summary>
internal sealed class EncryptedTable
{
    /// <summary>More at one capture point say nothing more, and addresses may be forged.</summary>
    private const int MostTunnels = 256;

    private readonly Dictionary<Key, Row> rows = [];
    private readonly Dictionary<int, int> counts = [];

    /// <summary>Takes a frame that holds no TCP segment; what can be read is left alone.</summary>
    public void Take(in PacketHeaders h, ReadOnlySpan<byte> frame, long time, long number, int point)
    {
        if (EncryptedFrame.Kind(h, frame) is not { } kind || h.SourceBytes(frame) is not { Length: > 0 } near || h.DestinationBytes(frame) is not { Length: > 0 } far)
        {
            return;
        }

        var ordered = near.SequenceCompareTo(far) <= 0;
        var key = new Key(point, kind, AddressNumber.From(ordered ? near : far), AddressNumber.From(ordered ? far : near));
        if (rows.TryGetValue(key, out var row))
        {
            row.Frames++;
            row.Last = Math.Max(row.Last, time);
        }
        else if (counts.GetValueOrDefault(point) is var count && count < MostTunnels)
        {
            counts[point] = count + 1;
            rows[key] = new Row(number, time, ordered) { Last = time };
        }
    }

    /// <summary>All of them, by capture points and first frames.</summary>
    public IEnumerable<(int Point, string Kind, IPAddress Near, IPAddress Far, Row Seen)> All() =>
        rows.OrderBy(r => r.Key.Point).ThenBy(r => r.Value.Frame)
            .Select(r => (r.Key, r.Value, Low: r.Key.Low.ToAddress(), High: r.Key.High.ToAddress()))
            .Select(r => (r.Key.Point, r.Key.Kind, r.Value.FromLow ? r.Low : r.High, r.Value.FromLow ? r.High : r.Low, r.Value));

    /// <summary>What was seen of one.</summary>
    /// <param name="frame">Number of the first frame.</param>
    /// <param name="first">Its time.</param>
    /// <param name="fromLow">Sent by the end whose address sorts first.</param>
    internal sealed class Row(long frame, long first, bool fromLow)
    {
        public long Frame { get; } = frame;

        public long First { get; } = first;

        public bool FromLow { get; } = fromLow;

        /// <summary>Frames in both directions.</summary>
        public long Frames { get; set; } = 1;

        /// <summary>Time of the latest one.</summary>
        public long Last { get; set; }
    }

    private readonly record struct Key(int Point, string Kind, AddressNumber Low, AddressNumber High);
}
