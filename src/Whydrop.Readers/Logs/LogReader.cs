using Whydrop.Readers.Text;

namespace Whydrop.Readers.Logs;

/// <summary>
/// Kernel, system and application logs. Only lines that say something of the network, or of who could not run, become facts; the others are no gap.
/// A time without zone cannot be placed and is kept as printed under "local-time"; the header of journalctl says zone and year for its lines.
/// </summary>
public sealed class LogReader : Reader
{
    /// <inheritdoc />
    public override string Id => "log";

    /// <inheritdoc />
    public override string Reads => "dmesg (also -T, -x, --time-format iso), /dev/kmsg, journalctl (short, short-iso, short-precise, json), syslog (RFC 3164, RFC 5424), container and application logs, routing daemons and switches (FRR, BIRD, GoBGP, MetalLB, Cisco, Arista, Juniper, Huawei, H3C): what they say of the network, of BGP sessions and of killed or stuck processes";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        int logged = 0, others = 0;
        foreach (var line in sample.Lines)
        {
            if (LogLine.Parse(line.Text) is not null)
            {
                logged++;
            }
            else if (!IsContinuation(line.Text))
            {
                others++;
            }
        }

        return logged == 0 || logged < others ? 0 : Math.Max(50, 80 * logged / (logged + others));
    }

    /// <inheritdoc />
    public override bool Opens(string line) => LogLine.Parse(line) is not null || JournalHeader.Of(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        var events = new LogFindings(findings);
        var header = default(JournalHeader);
        string? lead = null;
        foreach (var line in file.Lines)
        {
            header = JournalHeader.Of(line.Text) ?? header;
            if (line.Text.Length == 0)
            {
                continue;
            }

            // The heading is only taken apart where the line says something.
            var follows = IsContinuation(line.Text);
            lead = follows ? lead : line.Text;
            if (!LogFindings.MaySay(line.Text))
            {
                continue;
            }

            // A trace has the time of the line above it.
            var log = LogLine.Parse(line.Text) ?? ((follows && lead is not null ? LogLine.Parse(lead) : null) ?? new LogLine(default, null, null, null, false, "")) with { Message = line.Text.Trim() };
            events.Take(line.Number, log with { Moment = header.Complete(log.Moment) }, lead, follows);
        }

        events.Close();
    }

    // Stack traces and wrapped messages follow the line that has the time.
    private static bool IsContinuation(string line) =>
        line.Length > 0 && (char.IsWhiteSpace(line[0]) || line.StartsWith("Caused by: ", StringComparison.Ordinal) || line.StartsWith("Traceback ", StringComparison.Ordinal)
            || line.StartsWith("BGP.", StringComparison.Ordinal) || line.StartsWith("-- ", StringComparison.Ordinal) || line.StartsWith("goroutine ", StringComparison.Ordinal) || line.StartsWith("During handling of ", StringComparison.Ordinal)
            || IsException(line));

    // "java.net.SocketException: Connection reset", "ConnectionRefusedError: [Errno 111] …"
    private static bool IsException(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon is > 5 and < 120 && !line.AsSpan(0, colon).Contains(' ') && (line.AsSpan(0, colon).EndsWith("Exception") || line.AsSpan(0, colon).EndsWith("Error"));
    }
}
