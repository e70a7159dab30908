using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Report;

/// <summary>Words and figures that all renderers print alike.</summary>
internal static class Wording
{
    public static string Of(VerdictStatus status) => status switch
    {
        VerdictStatus.Confirmed => "CONFIRMED",
        VerdictStatus.Suspected => "SUSPECTED",
        VerdictStatus.Contested => "CONTESTED",
        VerdictStatus.Undecided => "UNDECIDED",
        _ => "RULED OUT",
    };

    /// <summary>The answer to the question as it is worded: of a question that must hold for none, Yes means that nothing did.</summary>
    public static string Literal(Reading reading) => (reading.Answer, reading.Question.Quantifier) switch
    {
        (Answer.Unknown, _) => "unknown",
        (Answer.Yes, Quantifier.None) or (Answer.No, not Quantifier.None) => "no",
        _ => "yes",
    };

    /// <summary>Two sentences in a row, the first closed by a full stop.</summary>
    public static string Sentences(string first, string second) => first.TrimEnd() is { Length: > 0 } f ? $"{f}{(f[^1] is '.' or '!' or '?' ? "" : ".")} {second}" : second;

    public static string Of(Fate fate) => fate switch
    {
        Fate.LostAfter or Fate.LostBefore => "lost",
        Fate.Delivered => "delivered",
        Fate.Reordered => "reordered",
        Fate.Duplicated => "duplicated",
        Fate.Copied => "copied by the capture",
        Fate.Looped => "looped",
        Fate.RetransmittedNeedlessly => "retransmitted needlessly",
        Fate.NotCaptured => "not captured",
        _ => "unknown",
    };

    public static string Of(GapKind kind) => kind switch
    {
        GapKind.NotCollected => "not collected",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>node/netns/interface without the unknown node.</summary>
    public static string Place(VantagePoint at) => at.Node is null && (at.Netns ?? at.Interface) is not null ? at.ToString()[2..] : at.ToString();

    /// <summary>Distinct places, the first few by name: "node-a/eth0, node-a/tunl0, … 6 places".</summary>
    public static string Places(IEnumerable<VantagePoint> places, int most)
    {
        var names = places.Select(Place).Distinct().ToList();
        return names.Count <= most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(most - 1))}, … {names.Count} places";
    }

    /// <summary>"node-a/eth0 → node-a/tunl0", with "?" for a place not known; null for a fate that is no loss.</summary>
    public static string? Between(LedgerRow row) => row.Lost
        ? $"{(row.LastSeen is { } seen ? Place(seen) : "?")} → {(row.MissingAt is { } missing ? Place(missing) : "?")}"
        : null;

    /// <summary>Frames and lines by file: "node-a/eth0.pcap#784 #790 #795 (+9)".</summary>
    public static string Evidence(IEnumerable<Provenance> evidence, int most)
    {
        var parts = new List<string>();
        foreach (var file in evidence.GroupBy(e => e.Source))
        {
            var marks = file.Select(e => e.Frame is { } f ? $"#{f}" : e.Line is { } l ? $":{l}" : "").Where(m => m.Length > 0).Distinct().ToList();
            var more = marks.Count > most ? $" (+{marks.Count - most})" : "";
            parts.Add(file.Key + string.Join(' ', marks.Take(most)) + more);
        }

        return string.Join(", ", parts);
    }

    public static string Count(long n, string one, string? many = null) => $"{Number(n)} {(n == 1 ? one : many ?? one + "s")}";

    /// <summary>Thousands apart by a thin gap that every terminal shows: 16 776 216.</summary>
    public static string Number(long n) => n is > -10000 and < 10000 ? n.ToString() : n.ToString("#,0").Replace(',', ' ');

    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        >= 60 => $"{time.TotalMinutes:0.#} min",
        >= 1 => $"{time.TotalSeconds:0.###} s",
        _ => $"{time.TotalMilliseconds:0.###} ms",
    };

    /// <summary>The first sentence, for where one line has to do.</summary>
    public static string FirstSentence(string text)
    {
        for (var i = text.IndexOf(". ", StringComparison.Ordinal); i >= 0; i = text.IndexOf(". ", i + 1, StringComparison.Ordinal))
        {
            // "e.g. x" and "i.e. x" end no sentence; neither does a single letter.
            if (i > 2 && text[i - 2] != '.' && text[i + 2] is not (>= 'a' and <= 'z'))
            {
                return text[..(i + 1)];
            }
        }

        return text;
    }
}
