using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Queueing;

/// <summary>A queueing discipline or class while its lines are read.</summary>
internal sealed class TcDraft
{
    // Their limit is in bytes; the others count packets (tc/q_*.c).
    private static readonly HashSet<string> LimitedInBytes = new(StringComparer.Ordinal) { "tbf", "bfifo", "red", "gred", "sfb", "choke" };

    private readonly string device;
    private readonly int line;
    private readonly string kind;
    private readonly string handle;
    private readonly string parent;
    private long? rate;
    private long? burst;
    private long? limitBytes;
    private long? limitPackets;
    private long? backlog;

    private TcDraft(string device, int line, string kind, string handle, string parent) =>
        (this.device, this.line, this.kind, this.handle, this.parent) = (device, line, kind, handle, parent);

    /// <summary>"qdisc tbf 8001: dev eth0 root refcnt 2 rate 10Mbit burst 32Kb lat 50ms"</summary>
    public static TcDraft OfDiscipline(string device, TextLine line)
    {
        var words = new Words(line.Text);
        var place = words[3] == "dev" ? 5 : 3;
        return Of(device, line.Number, words, words[2], words[place] == "parent" ? words[place + 1] : words[place]);
    }

    /// <summary>"class htb 1:10 parent 1:1 leaf 10: prio 0 rate 2Mbit ceil 2Mbit burst 15Kb cburst 1600b"</summary>
    public static TcDraft OfClass(string device, TextLine line)
    {
        var words = new Words(line.Text);
        return Of(device, line.Number, words, words[2], words.After("parent") ?? "root");
    }

    /// <summary>One item of "tc -j qdisc": rates are bytes a second there, and times microseconds.</summary>
    public static TcDraft OfJson(string device, JsonItem item)
    {
        var above = item["root"].Flag == true ? "root" : item["parent"].Text ?? (item["ingress"].Flag == true ? "ingress" : "root");
        var draft = new TcDraft(device, item.Line, item["kind"].Text ?? "", item["handle"].Text ?? "", above) { backlog = Words.Number(item["backlog"].Text) };
        var options = item["options"];
        draft.rate = Words.Number(options["rate"].Text) is { } bytes and < long.MaxValue / 8 ? bytes * 8 : null;
        draft.burst = Words.Number(options["burst"].Text);
        draft.Limit(Words.Number(options["limit"].Text), inBytes: LimitedInBytes.Contains(draft.kind));
        draft.Latency(Words.Number(options["lat"].Text) / 1e6);
        return draft;
    }

    /// <summary>" backlog 1514b 1p requeues 0"; classes may print " rate 0bit 0pps backlog 0b 0p requeues 0".</summary>
    public void TakeBacklog(string text)
    {
        if (backlog is null && text.Contains("backlog ", StringComparison.Ordinal))
        {
            backlog = TcUnits.Bytes(new Words(text).After("backlog"));
        }
    }

    public void WriteTo(Findings findings) =>
        findings.Add(new QueueDiscipline(findings.On(device.Length > 0 ? device : null), findings.From(line), kind, handle, parent, rate, burst, limitBytes, limitPackets, backlog));

    private static TcDraft Of(string device, int line, Words words, string handle, string parent)
    {
        var draft = new TcDraft(device, line, words[1], handle, parent) { rate = TcUnits.Bits(words.After("rate")), burst = TcUnits.Bytes(words.After("burst") ?? words.After("buffer")) };
        var limit = words.After("limit");
        draft.Limit(limit is not null && limit.EndsWith('p') ? Words.Number(limit[..^1]) : TcUnits.Bytes(limit), limit is not null && (limit.EndsWith('b') || LimitedInBytes.Contains(draft.kind)));
        draft.Latency(TcUnits.Seconds(words.After("lat")));
        return draft;
    }

    private void Limit(long? limit, bool inBytes) => (limitBytes, limitPackets) = inBytes ? (limit, limitPackets) : (limitBytes, limit);

    // tc/q_tbf.c tbf_print_opt shows the limit as the time to send what is beyond the burst.
    private void Latency(double? seconds)
    {
        if (limitBytes is null && seconds is >= 0 and < 3600 && rate is { } bits and < 10_000_000_000_000 && burst is { } bytes and < 1L << 40)
        {
            limitBytes = (long)(bits / 8.0 * seconds.Value) + bytes;
        }
    }
}
