using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Report.Flows;

namespace Whydrop.Report.Json;

/// <summary>
/// Writes <see cref="FlowsDocument"/> connection by connection: a million of them need no more memory than one, and the serializer's
/// description of every type, which costs more than the analysis of a small capture, is not made.
/// </summary>
internal sealed class FlowsWriter : IDisposable
{
    private const int FlushAt = 1 << 15;
    private readonly ArrayBufferWriter<byte> bytes = new(2 * FlushAt);
    private readonly Utf8JsonWriter json;
    private readonly TextWriter output;

    private FlowsWriter(TextWriter output)
    {
        this.output = output;
        json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>Writes the document and a line end.</summary>
    public static void Write(IEnumerable<FlowRow> rows, int total, IEnumerable<Gap> gaps, TextWriter output)
    {
        using var writer = new FlowsWriter(output);
        writer.Document(rows, total, gaps);
    }

    /// <inheritdoc />
    public void Dispose() => json.Dispose();

    private void Document(IEnumerable<FlowRow> rows, int total, IEnumerable<Gap> gaps)
    {
        json.WriteStartObject();
        json.WriteString("schema", DocumentBuilder.FlowsSchema);
        json.WriteString("version", DocumentBuilder.Version);
        json.WriteNumber("total", total);
        json.WriteStartArray("flows");
        foreach (var row in rows)
        {
            Write(row);
            if (json.BytesPending + bytes.WrittenCount >= FlushAt)
            {
                Flush();
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("gaps");
        foreach (var gap in gaps)
        {
            Write(gap);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Flush();
        output.Write('\n');
    }

    private void Write(in FlowRow row)
    {
        var f = row.Flow;
        json.WriteStartObject();
        json.WriteString("source", f.From.Source);
        json.WriteNumber("capture", f.Capture);
        json.WriteNumber("flow", f.Flow);
        Write(f.At);
        json.WriteString("client", f.Client.ToString());
        json.WriteString("server", f.Server.ToString());
        if (f.Encapsulation is { } encapsulation)
        {
            json.WriteString("encapsulation", encapsulation);
        }

        json.WriteString("first", f.First.ToString());
        json.WriteString("last", f.Last.ToString());
        json.WriteNumber("durationSeconds", (f.Last - f.First).TotalSeconds);
        json.WriteNumber("frames", f.Frames);
        json.WriteBoolean("synchronised", f.Synchronised);
        WriteMilliseconds("handshakeRttMs", f.HandshakeRtt);
        Write("fromClient", f.FromClient, row.LostByClient, f.From.Source);
        Write("fromServer", f.FromServer, row.LostByServer, f.From.Source);
        json.WriteEndObject();
    }

    private void Write(string name, TcpSender s, long lost, string source)
    {
        json.WriteStartObject(name);
        json.WriteNumber("segments", s.Segments);
        json.WriteNumber("bytes", s.Bytes);
        json.WriteNumber("uniqueBytes", s.UniqueBytes);
        json.WriteNumber("retransmissions", s.Retransmissions);
        json.WriteNumber("lost", lost);
        WriteNumber("mss", s.Mss);
        WriteNumber("windowScale", s.WindowScale);
        if (s.SackPermitted is { } sack)
        {
            json.WriteBoolean("sackPermitted", sack);
        }

        json.WriteBoolean("timestamps", s.Timestamps);
        json.WriteNumber("largestDatagram", s.LargestDatagram);
        json.WriteNumber("largestDelivered", s.LargestDelivered);
        WriteNumber("ttl", s.Ttl);
        WriteMilliseconds("minRttMs", s.MinRtt);
        WriteMilliseconds("smoothedRttMs", s.SmoothedRtt);
        json.WriteStartObject("observations");
        foreach (var (observation, count) in s.Observations)
        {
            json.WriteNumber(observation, count);
        }

        json.WriteEndObject();
        json.WriteBoolean("fin", s.Fin);
        WriteNumber("resetFrame", s.ResetFrame?.Frame);
        if (s.ResetFrame is { } reset && reset.Source != source)
        {
            json.WriteString("resetSource", reset.Source);
        }

        json.WriteEndObject();
    }

    private void Write(Gap gap)
    {
        json.WriteStartObject();
        json.WriteString("kind", JsonNamingPolicy.KebabCaseLower.ConvertName(gap.Kind.ToString()));
        Write(gap.At);
        json.WriteString("source", gap.From.Source);
        WriteNumber("frame", gap.From.Frame);
        WriteNumber("line", gap.From.Line);
        json.WriteString("reason", gap.Reason);
        json.WriteEndObject();
    }

    private void Write(VantagePoint at)
    {
        json.WriteStartObject("at");
        json.WriteString("node", at.Node);
        json.WriteString("netns", at.Netns);
        json.WriteString("interface", at.Interface);
        json.WriteEndObject();
    }

    private void WriteNumber(string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private void WriteMilliseconds(string name, TimeSpan? value)
    {
        if (value is { } time)
        {
            json.WriteNumber(name, time.TotalMilliseconds);
        }
    }

    // Between two elements: no character is cut.
    private void Flush()
    {
        json.Flush();
        output.Write(Encoding.UTF8.GetString(bytes.WrittenSpan));
        bytes.ResetWrittenCount();
    }
}
