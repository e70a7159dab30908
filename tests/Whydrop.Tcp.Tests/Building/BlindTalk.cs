namespace Whydrop.Tcp.Tests.Building;

/// <summary>
/// Two ends that talk to each other at once, lose segments behind the capture point, repeat what the other has not acknowledged (whole, in
/// part, or with its neighbour), and are captured by something that misses frames in bursts. Frames are numbered as captured.
/// </summary>
public sealed class BlindTalk
{
    private const int Length = 1000;
    private readonly Random random;
    private readonly Conversation conversation;
    private readonly End[] ends = [new(), new()];
    private double at = 20;

    public BlindTalk(int seed)
    {
        random = new Random(seed);
        conversation = new Conversation(Trace) { Timestamps = seed % 2 == 0, Window = 2000 };
        if (seed % 3 != 0)
        {
            conversation.Handshake(0, 10);
        }

        var blind = 0;
        for (var step = 0; step < 300; step++)
        {
            at += random.NextDouble() * (random.Next(20) == 0 ? 300 : 3);
            blind = blind > 0 ? blind - 1 : random.Next(12) == 0 ? random.Next(1, 15) : 0;
            Say(random.Next(2), blind == 0);
        }
    }

    public Trace Trace { get; } = new();

    /// <summary>Captured frames with data that never reached their receiver.</summary>
    public HashSet<long> Lost { get; } = [];

    private void Say(int number, bool captured)
    {
        var (own, other) = (ends[number], ends[1 - number]);
        var outstanding = (int)((own.Next - other.Expected) / Length);
        var again = outstanding > 0 && random.Next(4) == 0;
        var seq = again ? other.Expected + (random.Next(outstanding) * Length) + (random.Next(4) == 0 ? Length / 2 : 0) : own.Next;
        var length = again ? (int)Math.Min(own.Next - seq, random.Next(4) == 0 ? 2 * Length : Length) : outstanding < 20 && random.Next(3) != 0 ? Length : 0;
        own.Next = Math.Max(own.Next, seq + length);
        own.LastAckSent = own.Expected;
        var frame = captured ? Show(number == 0, own, length > 0 ? seq : own.Next, length) : 0;
        if (length > 0 && random.Next(10) != 0)
        {
            other.Take(seq, length, (uint)(100_000 + at));
        }
        else if (length > 0 && captured)
        {
            _ = Lost.Add(frame);
        }
    }

    private int Show(bool fromClient, End end, long seq, int length)
    {
        var packet = fromClient ? conversation.FromClient(seq, end.Expected, length, 16) : conversation.FromServer(seq, end.Expected, length, 16);
        var zero = packet.Ack - (uint)end.Expected;
        return conversation.Add(at, fromClient, packet with
        {
            Timestamp = conversation.Timestamps ? ((uint)(100_000 + at), end.Recent) : null,
            Sack = [.. end.Blocks().Select(b => (zero + (uint)b.Left, zero + (uint)b.Right))],
        });
    }

    private sealed class End
    {
        private readonly HashSet<long> got = [];
        private long latest;

        public long Next { get; set; } = 1;

        public long Expected { get; private set; } = 1;

        public long LastAckSent { get; set; } = 1;

        /// <summary>TS.Recent (RFC 7323, 4.3).</summary>
        public uint Recent { get; private set; }

        public void Take(long seq, int length, uint tsVal)
        {
            latest = seq;
            Recent = seq <= LastAckSent && LastAckSent < seq + length ? tsVal : Recent;
            for (var piece = seq; piece < seq + length; piece += Length / 2)
            {
                _ = got.Add(piece);
            }

            while (got.Contains(Expected))
            {
                Expected += Length / 2;
            }
        }

        /// <summary>The block of what came last is told first (RFC 2018, 4).</summary>
        public IEnumerable<(long Left, long Right)> Blocks() =>
            got.Where(s => s > Expected && !got.Contains(s - (Length / 2))).Select(s => (Left: s, Right: RightOf(s)))
                .OrderByDescending(b => b.Left <= latest && latest < b.Right).ThenBy(b => b.Left).Take(3);

        private long RightOf(long seq)
        {
            while (got.Contains(seq))
            {
                seq += Length / 2;
            }

            return seq;
        }
    }
}
