namespace Whydrop.Bench.Generate;

/// <summary>
/// One connection: handshake, questions and answers with slow start, delayed ACKs, SACK, fast retransmission and time-outs, close. The capture stands
/// next to one of the two hosts: what the network loses on its way to the other is seen, what it loses on its way here is not.
/// </summary>
internal sealed class Conversation
{
    public const int MaximumSegment = 1448;
    private const int SegmentGap = 12_000;
    private const long LongestAckDelay = 500_000;
    private const long FirstRto = 200_000_000;
    private const int DupThresh = 3;

    private readonly Traffic _traffic;
    private readonly List<Segment> _segments;
    private readonly Host[] _hosts = [new(), new()];
    private readonly List<(uint Seq, int Length)> _lost = [];
    private readonly List<(uint Left, uint Right)> _outOfOrder = [];
    private SplitMix _random;
    private long _oneWay;
    private int _captureAt;
    private long _lastAckAtSender;
    private long _thirdDupAck;
    private int _dupAcks;
    private int _unacked;
    private long _lastArrival;

    public Conversation(Traffic traffic, List<Segment> segments, ulong seed, long start)
    {
        _traffic = traffic;
        _segments = segments;
        _random = new SplitMix(seed);
        Run(start);
        // A list sort is not stable: time first, then the order of making.
        for (int i = 1; i < segments.Count; i++)
        {
            Segment moved = segments[i];
            int at = i;
            for (; at > 0 && segments[at - 1].Time > moved.Time; at--)
            {
                segments[at] = segments[at - 1];
            }

            segments[at] = moved;
        }
    }

    private void Run(long now)
    {
        // Round trips from 0.2 to 50 ms, most of them short.
        _oneWay = 100_000 + (long)(25_000_000 * Math.Pow(_random.Fraction(), 6));
        int either = _random.Below(2);
        _captureAt = _traffic.Place ?? either;
        foreach (Host host in _hosts)
        {
            host.Reset(ref _random);
        }

        Emit(0, now, TcpFlags.Syn, 0, lost: false);
        now += _oneWay;
        _hosts[1].RcvNxt = ++_hosts[0].SndNxt;
        Emit(1, now, TcpFlags.Syn | TcpFlags.Ack, 0, lost: false);
        now += _oneWay;
        _hosts[0].RcvNxt = ++_hosts[1].SndNxt;
        Emit(0, now, TcpFlags.Ack, 0, lost: false);
        for (int i = 0; i < _traffic.Exchanges; i++)
        {
            now += i == 0 ? 50_000 : _traffic.IdleNanoseconds;
            now = Transfer(0, 150 + _random.Below(700), now);
            now += 300_000;
            int segments = 1 + (int)(-Math.Log(1 - _random.Fraction()) * (_traffic.MeanSegments - 0.5));
            now = Transfer(1, ((segments - 1) * MaximumSegment) + 1 + _random.Below(MaximumSegment), now);
        }

        if (_traffic.Closes)
        {
            Emit(0, now, TcpFlags.Fin | TcpFlags.Ack, 0, lost: false);
            now += _oneWay;
            _hosts[1].RcvNxt = ++_hosts[0].SndNxt;
            Emit(1, now, TcpFlags.Fin | TcpFlags.Ack, 0, lost: false);
            now += _oneWay;
            _hosts[0].RcvNxt = ++_hosts[1].SndNxt;
            Emit(0, now, TcpFlags.Ack, 0, lost: false);
        }
    }

    /// <summary>Sends bytes in rounds of a window; gives the time at which the sender has everything acknowledged.</summary>
    private long Transfer(int sender, int bytes, long now)
    {
        Host from = _hosts[sender];
        int window = 10;
        while (bytes > 0)
        {
            _dupAcks = _unacked = 0;
            _lost.Clear();
            _outOfOrder.Clear();
            _lastAckAtSender = now;
            long sent = now;
            for (int i = 0; i < window && bytes > 0; i++, sent += SegmentGap)
            {
                int length = Math.Min(bytes, MaximumSegment);
                bytes -= length;
                SendData(sender, from.SndNxt, length, sent, push: bytes == 0);
                from.SndNxt += (uint)length;
            }

            bool recovered = _lost.Count > 0;
            Recover(sender, sent);
            if (_unacked > 0)
            {
                Acknowledge(1 - sender, _lastArrival + LongestAckDelay);
            }

            window = recovered ? Math.Max(2, window / 2) : Math.Min(64, window * 2);
            now = _lastAckAtSender + 20_000;
        }

        return now;
    }

    private void SendData(int sender, uint seq, int length, long time, bool push)
    {
        bool lost = _random.Chance(_traffic.Loss);
        Emit(sender, time, (byte)(TcpFlags.Ack | (push ? TcpFlags.Psh : 0)), length, lost, seq);
        if (lost)
        {
            _lost.Add((seq, length));
        }
        else
        {
            Arrive(1 - sender, seq, length, time + _oneWay);
        }
    }

    /// <summary>Retransmits what was lost: at the third duplicate ACK, behind what is being sent, or by time-outs that double.</summary>
    private void Recover(int sender, long lastSent)
    {
        long rto = FirstRto + (2 * _oneWay);
        bool fast = _dupAcks >= DupThresh;
        while (_lost.Count > 0)
        {
            long time = fast ? Math.Max(_thirdDupAck, lastSent) : lastSent + rto;
            rto *= fast ? 1 : 2;
            fast = false;
            (uint Seq, int Length)[] again = [.. _lost];
            _lost.Clear();
            foreach ((uint seq, int length) in again)
            {
                SendData(sender, seq, length, time, push: false);
                time += SegmentGap;
            }

            lastSent = time;
        }
    }

    private void Arrive(int receiver, uint seq, int length, long time)
    {
        Host host = _hosts[receiver];
        _lastArrival = time;
        host.TsRecent = _hosts[1 - receiver].TsAt(time - _oneWay);
        if (seq != host.RcvNxt)
        {
            AddOutOfOrder(seq, seq + (uint)length);
            Acknowledge(receiver, time);
            if (++_dupAcks == DupThresh)
            {
                _thirdDupAck = time + _oneWay;
            }

            return;
        }

        host.RcvNxt += (uint)length;
        bool filled = _outOfOrder.Count > 0;
        for (int i = 0; i < _outOfOrder.Count; i++)
        {
            if (_outOfOrder[i].Left == host.RcvNxt)
            {
                host.RcvNxt = _outOfOrder[i].Right;
                _outOfOrder.RemoveAt(i);
                i = -1;
            }
        }

        if (filled || ++_unacked == 2)
        {
            Acknowledge(receiver, time);
        }
    }

    /// <summary>The block that holds the newest segment stands first (RFC 2018, 4).</summary>
    private void AddOutOfOrder(uint left, uint right)
    {
        for (int i = 0; i < _outOfOrder.Count; i++)
        {
            if (_outOfOrder[i].Right == left)
            {
                left = _outOfOrder[i].Left;
                _outOfOrder.RemoveAt(i--);
            }
            else if (_outOfOrder[i].Left == right)
            {
                right = _outOfOrder[i].Right;
                _outOfOrder.RemoveAt(i--);
            }
        }

        _outOfOrder.Insert(0, (left, right));
    }

    private void Acknowledge(int receiver, long time)
    {
        _unacked = 0;
        Emit(receiver, time, TcpFlags.Ack, 0, lost: false);
        _lastAckAtSender = Math.Max(_lastAckAtSender, time + _oneWay);
        _hosts[1 - receiver].TsRecent = _hosts[receiver].TsAt(time);
    }

    private void Emit(int sender, long time, byte flags, int length, bool lost, uint? seq = null)
    {
        Host host = _hosts[sender];
        var segment = new Segment
        {
            Time = sender == _captureAt ? time : time + _oneWay,
            FromServer = sender == 1,
            Flags = flags,
            Seq = seq ?? host.SndNxt,
            Ack = (flags & TcpFlags.Ack) != 0 ? host.RcvNxt : 0,
            Length = length,
            TsVal = host.TsAt(time),
            TsEcr = (flags & TcpFlags.Ack) != 0 ? host.TsRecent : 0,
            IpId = host.IpId++,
        };
        // Only the receiver of data has anything out of order, and it sends no data meanwhile.
        if (length == 0 && (flags & (TcpFlags.Syn | TcpFlags.Fin)) == 0)
        {
            segment.SackCount = Math.Min(3, _outOfOrder.Count);
            for (int i = 0; i < segment.SackCount; i++)
            {
                (segment.Sack[2 * i], segment.Sack[(2 * i) + 1]) = _outOfOrder[i];
            }
        }

        if (!lost || sender == _captureAt)
        {
            _segments.Add(segment);
        }

        if ((flags & TcpFlags.Syn) != 0)
        {
            _hosts[1 - sender].TsRecent = segment.TsVal;
        }
    }

    private sealed class Host
    {
        private uint _tsOffset;

        public uint SndNxt { get; set; }

        public uint RcvNxt { get; set; }

        public uint TsRecent { get; set; }

        public ushort IpId { get; set; }

        public void Reset(ref SplitMix random)
        {
            SndNxt = (uint)random.Next();
            _tsOffset = (uint)random.Next();
            IpId = (ushort)random.Next();
            RcvNxt = TsRecent = 0;
        }

        /// <summary>A clock of milliseconds with an offset of its own (RFC 7323, 5.4).</summary>
        public uint TsAt(long time) => _tsOffset + (uint)(time / 1_000_000);
    }
}
