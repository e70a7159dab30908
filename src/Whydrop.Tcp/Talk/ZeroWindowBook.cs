using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Talk;

/// <summary>Times in which a receiver offered no window (RFC 9293, 3.8.6.1), with the probes of the sender in between.</summary>
// SAFETY: rows and cold state live in slabs that never move.
internal sealed unsafe class ZeroWindowBook(StoryBook stories, int most) : IDisposable
{
    /// <summary>Kept per connection.</summary>
    private const int MostPerFlow = 256;
    private readonly NativeSlab<ZeroWindowRow> rows = new();

    /// <summary>Periods beyond the limits.</summary>
    public long NotKept { get; private set; }

    public int RowCount => rows.Count;

    public ZeroWindowRow* this[int index] => rows[index];

    /// <summary>Takes a segment: what its sender offers, and whether it probes the other end.</summary>
    /// <param name="s">The segment.</param>
    /// <param name="d">Its direction.</param>
    /// <param name="own">Cold state of its sender.</param>
    /// <param name="other">Cold state of the other end.</param>
    /// <param name="mask">What was observed on it.</param>
    /// <param name="frameNumber">Its frame.</param>
    public void Take(in TcpSegment s, in Direction d, ref UnusualSender own, ref UnusualSender other, uint mask, uint frameNumber)
    {
        if (other.ZeroWindow.Since != 0 && IsProbe(s, mask))
        {
            other.ZeroWindow.Probes++;
            other.ZeroWindow.Pending++;
        }

        ref var watch = ref own.ZeroWindow;
        if (watch.Since != 0 && watch.Pending > 0 && !s.IsReset)
        {
            watch.Answered += watch.Pending;
            watch.Pending = 0;
        }

        if (s.Window == 0 && !s.IsReset && !s.IsSyn && !s.IsFin)
        {
            if (watch.Since == 0)
            {
                watch = new ZeroWindowWatch { Since = s.Time, Frame = frameNumber };
            }
        }
        else if (watch.Since != 0 && s.Window != 0)
        {
            End(ref own, d.Index, d.Opening, d.FromHigh, s.Time, reopened: true);
        }

        if (s.IsReset)
        {
            End(ref own, d.Index, d.Opening, d.FromHigh, s.Time, reopened: false);
            End(ref other, d.Index, d.Opening, !d.FromHigh, s.Time, reopened: false);
        }
    }

    /// <summary>The capture ended: windows that did not open until then.</summary>
    public void Finish(UnusualFlow* unusual, FlowOpening* opening, int index, long captureEnd)
    {
        End(ref unusual->Low, index, opening, fromHigh: false, captureEnd, reopened: false);
        End(ref unusual->High, index, opening, fromHigh: true, captureEnd, reopened: false);
    }

    public void Dispose() => rows.Dispose();

    // Linux probes with an empty segment one below the next number, others with the next byte, or with bytes sent before.
    private static bool IsProbe(in TcpSegment s, uint mask) =>
        (mask & (SegmentObserver.ProbeMask | (s.Length > 0 ? SegmentObserver.RetransmissionMask : 0))) != 0;

    private void End(ref UnusualSender receiver, int flow, FlowOpening* opening, bool fromHigh, long time, bool reopened)
    {
        if (receiver.ZeroWindow.Since == 0)
        {
            return;
        }

        var ended = receiver.ZeroWindow;
        receiver.ZeroWindow = default;
        receiver.ZeroWindowTotal += Math.Max(0, time - ended.Since);
        if (rows.Count >= most || (opening->Story != 0 && stories.Find(opening)->ZeroWindows >= MostPerFlow))
        {
            NotKept++;
            return;
        }

        stories.Of(opening)->ZeroWindows++;
        *rows[rows.Add()] = new ZeroWindowRow
        {
            Start = ended.Since,
            Duration = Math.Max(0, time - ended.Since),
            Flow = flow,
            Frame = ended.Frame,
            Probes = ended.Probes,
            ProbesAnswered = ended.Answered,
            ReceiverHigh = fromHigh,
            Reopened = reopened,
        };
    }
}
