using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Questions to name servers over UDP and their answers, matched by both ends, identifier and question (RFC 5452, 9.1).</summary>
internal sealed class DnsTable
{
    /// <summary>Port of name servers.</summary>
    public const ushort Port = 53;

    private const int Most = 50_000;

    // No resolver asks again that soon: the same frame captured twice.
    private const long CopyNanoseconds = 1_000_000;
    private readonly Dictionary<Key, Row> rows = [];
    private readonly List<(Key Key, Row Row)> replaced = [];

    /// <summary>Messages that could not be read: cut by the capture or not well formed.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Questions beyond the limit.</summary>
    public long NotKept { get; private set; }

    /// <summary>What was asked, in the order of the first attempts.</summary>
    public IEnumerable<(Key Key, Row Row)> All() => replaced.Concat(rows.Select(r => (r.Key, Row: r.Value))).OrderBy(r => r.Row.Frame);

    public static bool Wants(in PacketHeaders h) => h.Status == DecodeStatus.Udp && !h.MoreFragments && (h.SourcePort == Port || h.DestinationPort == Port);

    public void Take(in PacketHeaders h, ReadOnlySpan<byte> frame, long time, long number, int point)
    {
        if (!DnsMessage.TryParse(h.CapturedPayload(frame), out var message))
        {
            Unreadable++;
            return;
        }

        var (from, to) = (AddressNumber.From(h.SourceBytes(frame)), AddressNumber.From(h.DestinationBytes(frame)));
        if (message.IsAnswer)
        {
            TakeAnswer(new Key(point, to, h.DestinationPort, from, h.SourcePort, message.Identifier, message.Name, message.RecordType), message, time);
        }
        else
        {
            TakeQuestion(new Key(point, from, h.SourcePort, to, h.DestinationPort, message.Identifier, message.Name, message.RecordType), time, number);
        }
    }

    private static void Answer(Row row, in DnsMessage message, long time)
    {
        if (row.Answer is null)
        {
            row.Answer = time - row.Asked;
            row.ResponseCode = message.ResponseCode;
            row.Truncated = message.Truncated;
        }
    }

    private void TakeAnswer(Key key, in DnsMessage message, long time)
    {
        // The name comes back as it was asked, or in other case from servers that do not keep it.
        if (rows.TryGetValue(key, out var row))
        {
            Answer(row, message, time);
        }
    }

    private void TakeQuestion(Key key, long time, long number)
    {
        if (rows.TryGetValue(key, out var row) && row.Answer is null)
        {
            row.Attempts += time - row.Last > CopyNanoseconds ? 1 : 0;
            row.Last = time;
            return;
        }

        if (row is not null && time - row.Last <= CopyNanoseconds)
        {
            return;
        }

        if (rows.Count + replaced.Count >= Most)
        {
            NotKept++;
            return;
        }

        if (row is not null)
        {
            replaced.Add((key, row)); // Answered, and asked again: a new question of the same name, or one whose answer did not come.
        }

        rows[key] = new Row { Frame = number, Asked = time, Last = time, Attempts = 1, Before = row?.Asked };
    }

    /// <summary>What makes a question one.</summary>
    internal readonly record struct Key(
        int Point, AddressNumber Client, ushort ClientPort, AddressNumber Server, ushort ServerPort, ushort Identifier, string Name, int RecordType)
    {
        /// <inheritdoc />
        public bool Equals(Key other) =>
            Point == other.Point && Identifier == other.Identifier && ClientPort == other.ClientPort && ServerPort == other.ServerPort
            && RecordType == other.RecordType && Client == other.Client && Server == other.Server
            && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase); // RFC 4343

        /// <inheritdoc />
        public override int GetHashCode() => HashCode.Combine(Point, Client, ClientPort, Server, Identifier, RecordType, StringComparer.OrdinalIgnoreCase.GetHashCode(Name));
    }

    /// <summary>What came of it.</summary>
    internal sealed class Row
    {
        public long Frame { get; init; }

        public long Asked { get; init; }

        /// <summary>When the same was asked before, and answered.</summary>
        public long? Before { get; init; }

        public long Last { get; set; }

        public int Attempts { get; set; }

        public long? Answer { get; set; }

        public int ResponseCode { get; set; }

        public bool Truncated { get; set; }
    }
}
