using System.Globalization;
using System.Text.RegularExpressions;

namespace Whydrop.Case.Rings;

/// <summary>What the name of a file says about its place among the files of one rotating capture.</summary>
/// <param name="Stem">The name without its number and time: the same for all files of the ring.</param>
/// <param name="Number">The file's number; null when the name has only a time. The first file of <c>tcpdump -C</c> has none and counts as 0.</param>
/// <param name="Time">The time in the name, digits only; empty when there is none.</param>
internal sealed partial record RingName(string Stem, long? Number, string Time)
{
    /// <summary>The numbers go up for as long as one program runs, so two that follow one another are of one run (<c>dumpcap -b</c>, <c>editcap -c</c>).</summary>
    public bool NumbersNeverWrap { get; private init; }

    /// <summary>The name ends in a number without an ending before it: it may as well be a name with a number in it.</summary>
    public bool BareNumber { get; private init; }

    /// <summary>Digits of the number as written; 0 when it is not written.</summary>
    public int Width { get; private init; }

    /// <summary>Reads a file name; null when it is no name of a ring.</summary>
    /// <param name="name">Without folders.</param>
    public static RingName? Of(string name)
    {
        name = Compressed().Replace(name, "");
        if ((Dumpcap().Match(name) is { Success: true } d ? d : TimeFirst().Match(name)) is { Success: true } dumpcap)
        {
            return new RingName(dumpcap.Groups["stem"].Value + "*" + dumpcap.Groups["ext"].Value, Parse(dumpcap), dumpcap.Groups["time"].Value) { NumbersNeverWrap = true };
        }

        var numbered = Numbered().Match(name);
        var (stem, number, width) = numbered.Success ? (numbered.Groups["stem"].Value, Parse(numbered), numbered.Groups["n"].Length) : (name, (long?)null, 0);
        if (Moment().Match(stem) is { Success: true } moment)
        {
            return new RingName(stem[..moment.Index] + "*" + stem[(moment.Index + moment.Length)..], number, string.Concat(moment.Value.Where(char.IsAsciiDigit))) { Width = width };
        }

        if (numbered.Success)
        {
            return new RingName(stem, number, "") { Width = width };
        }

        return Bare().Match(name) is { Success: true } bare
            ? new RingName(bare.Groups["stem"].Value, Parse(bare), "") { Width = bare.Groups["n"].Length, BareNumber = true }
            : null;
    }

    private static long? Parse(Match match) => long.TryParse(match.Groups["n"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;

    [GeneratedRegex(@"\.(gz|zst)$", RegexOptions.IgnoreCase)]
    private static partial Regex Compressed();

    // ringbuffer.c of Wireshark: NAME_00001_20261121205844.pcapng; with nametimenum:2 the time stands first.
    [GeneratedRegex(@"^(?<stem>.+)_(?<n>\d{5,9})_(?<time>\d{14})(?<ext>\.\w+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Dumpcap();

    [GeneratedRegex(@"^(?<stem>.+)_(?<time>\d{14})_(?<n>\d{5,9})(?<ext>\.\w+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex TimeFirst();

    // tcpdump.c MakeFilename: the number of -C stands behind the whole name, padded when -W tells how many there will be.
    [GeneratedRegex(@"^(?<stem>.+\.(pcapng|pcap|cap|dmp|dump|trc))(\.?(?<n>\d{1,9}))?$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^(?<stem>.*\D)(?<n>\d{2,9})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Bare();

    // strftime of tcpdump -G: 2026-11-21_20:58:44, 20261121-205844, 20261121205844, 205844, 20:58:44, 20:58, seconds of the epoch.
    [GeneratedRegex(@"(?<!\d)(\d{4}-?\d\d-?\d\d[T_ .-]?\d\d([:.h_-]?\d\d([:.m_-]?\d\d)?)?|\d{10}|\d\d[:.-]?\d\d[:.-]?\d\d|\d\d:\d\d)(?!\d)", RegexOptions.ExplicitCapture)]
    private static partial Regex Moment();
}
