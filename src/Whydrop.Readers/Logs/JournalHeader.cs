using Whydrop.Evidence;

namespace Whydrop.Readers.Logs;

/// <summary>
/// "-- Logs begin at Fri 2022-02-04 09:41:48 UTC, end at …. --" (journalctl before 252): the times of the lines below it are of that zone, and their year
/// lies between the two. Nothing is known by default.
/// </summary>
internal readonly record struct JournalHeader(Timestamp? Begin, Timestamp? End)
{
    /// <summary>The header, when the line is one.</summary>
    public static JournalHeader? Of(string line)
    {
        if (!line.StartsWith("-- ", StringComparison.Ordinal) || line.Length > 200)
        {
            return null;
        }

        var (begins, ends) = (line.IndexOf(" begin", StringComparison.Ordinal), line.IndexOf(" end", StringComparison.Ordinal));
        return begins < 0 || ends < begins || At(line, begins) is not { } begin || At(line, ends) is not { } end ? null : new JournalHeader(begin, end);
    }

    /// <summary>The time with the header's zone and year, when only one year fits; else as it is.</summary>
    public LogMoment Complete(LogMoment moment)
    {
        if (moment.Time is not null || moment.Local is not { } local || Begin is not { } begin || End is not { } end)
        {
            return moment;
        }

        Timestamp? only = null;
        var (first, last) = moment.HasYear ? (local.Year, local.Year) : (Year(begin), Year(end));
        for (var year = first; year <= last && year - first < 20; year++)
        {
            if (local.Day > DateTime.DaysInMonth(year, local.Month))
            {
                continue;
            }

            var time = new Timestamp((new DateTime(year, local.Month, local.Day, 0, 0, 0, DateTimeKind.Utc).Ticks + local.TimeOfDay.Ticks - DateTime.UnixEpoch.Ticks) * 100);

            // The header shows whole seconds.
            if (time >= begin && time.UnixNanoseconds < end.UnixNanoseconds + 1_000_000_000)
            {
                if (only is not null)
                {
                    return moment;
                }

                only = time;
            }
        }

        return only is { } known ? new LogMoment(known, null, true) : moment;
    }

    private static int Year(Timestamp time) => DateTimeOffset.FromUnixTimeSeconds(time.UnixNanoseconds / 1_000_000_000).Year;

    // "… begin at Fri 2022-02-04 09:41:48 UTC". Only UTC: an offset would change with the season.
    private static Timestamp? At(string line, int from)
    {
        var at = line.IndexOf(" at ", from, StringComparison.Ordinal) + 4;
        return at > 4 && LogMoment.Take(line, ref at) is { Time: { } time } && line.AsSpan(0, at).EndsWith("UTC") ? time : null;
    }
}
