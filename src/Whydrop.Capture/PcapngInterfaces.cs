using System.Runtime.InteropServices;
using System.Text;

namespace Whydrop.Capture;

/// <summary>The interfaces of the current section of a pcapng and their clocks.</summary>
internal sealed class PcapngInterfaces
{
    // A node has a few thousand interfaces; ring files put together repeat them. More than this is an attack on memory.
    private const int MostInterfaces = 65_536;
    private const int MostTextBytes = 16 * 1024 * 1024;

    private readonly List<TimestampResolution> _clocks = [];
    private int _textBytes;
    private int _section = -1;

    /// <summary>Place in the file's list of the section's interface 0.</summary>
    public int First { get; private set; }

    /// <summary>Interfaces the section has described so far.</summary>
    public int Count => _clocks.Count;

    /// <summary>The last failure was for size.</summary>
    public bool LimitReached { get; private set; }

    /// <summary>Their clocks, until the next is described.</summary>
    // SAFETY: the list does not grow while frames are taken; only a later block adds to it.
    public ReadOnlySpan<TimestampResolution> Clocks => CollectionsMarshal.AsSpan(_clocks);

    public TimestampResolution Clock(int local) => _clocks[local];

    public void StartSection(List<CaptureInterface> all)
    {
        First = all.Count;
        _section++;
        _clocks.Clear();
    }

    /// <summary>Adds the interface of an Interface Description Block without its trailer; says what is wrong with it, or null.</summary>
    public string? Describe(List<CaptureInterface> all, ReadOnlySpan<byte> block, ByteOrder order)
    {
        if (all.Count == MostInterfaces || _textBytes > MostTextBytes)
        {
            LimitReached = true;
            return $"the file describes more than {all.Count} interfaces";
        }

        string? name = null, description = null, filter = null;
        byte resolution = 6;
        long offsetSeconds = 0;
        int? fcs = null;
        var options = new PcapngOptions(block[PcapngBlock.InterfaceOptions..], order);
        while (options.Next())
        {
            switch (options.Code)
            {
                case PcapngBlock.InterfaceName:
                    name = Text(options.Value);
                    break;
                case PcapngBlock.InterfaceDescriptionText:
                    description = Text(options.Value);
                    break;
                // The first byte says the form: 0 is text, 1 is BPF code.
                case PcapngBlock.InterfaceFilter when options.ValueLength > 1 && options.Value[0] == 0:
                    filter = Text(options.Value[1..]);
                    break;
                case PcapngBlock.InterfaceResolution when options.ValueLength == 1:
                    resolution = options.Value[0];
                    break;
                case PcapngBlock.InterfaceTimeOffset when options.ValueLength == 8:
                    offsetSeconds = (long)options.UInt64;
                    break;
                case PcapngBlock.InterfaceFcsLength when options.ValueLength == 1:
                    fcs = options.Value[0];
                    break;
                case PcapngBlock.InterfaceResolution or PcapngBlock.InterfaceTimeOffset:
                    return "the time options of an Interface Description Block are malformed";
            }
        }

        if (options.Broken)
        {
            return "the options of an Interface Description Block are malformed";
        }

        var clock = new TimestampResolution(resolution, offsetSeconds);
        all.Add(new CaptureInterface
        {
            Index = all.Count,
            Section = _section,
            LinkType = FrameReader.CanonicalLinkType(order.U16(block[8..])),
            SnapLength = order.U32(block[12..]),
            Name = name,
            Description = description,
            Filter = filter,
            FrameCheckSequenceLength = fcs,
            ResolutionNanoseconds = clock.StepNanoseconds,
        });
        _clocks.Add(clock);
        return null;
    }

    /// <summary>
    /// Takes the counters of an Interface Statistics Block without its trailer; says what is wrong with it, or null. The counters run from the start
    /// of the capture, so the last block holds.
    /// </summary>
    public string? Statistics(List<CaptureInterface> all, ReadOnlySpan<byte> block, ByteOrder order)
    {
        uint local = order.U32(block[8..]);
        if (local >= Count)
        {
            return $"an Interface Statistics Block names interface {local} of a section that describes {Count}";
        }

        CaptureInterface of = all[First + (int)local];
        TimestampResolution clock = _clocks[(int)local];
        var options = new PcapngOptions(block[PcapngBlock.StatisticsOptions..], order);
        while (options.Next())
        {
            if (options.Code is >= PcapngBlock.StatisticsStart and <= PcapngBlock.StatisticsDelivered)
            {
                if (options.ValueLength != 8)
                {
                    return "the options of an Interface Statistics Block are malformed";
                }

                Take(of, clock, options);
            }
        }

        return options.Broken ? "the options of an Interface Statistics Block are malformed" : null;
    }

    private static void Take(CaptureInterface of, TimestampResolution clock, PcapngOptions option)
    {
        long count = (long)Math.Min(option.UInt64, long.MaxValue);
        switch (option.Code)
        {
            case PcapngBlock.StatisticsStart:
                of.StartUnixNanoseconds = clock.ToUnixNanoseconds(option.Ticks);
                break;
            case PcapngBlock.StatisticsEnd:
                of.EndUnixNanoseconds = clock.ToUnixNanoseconds(option.Ticks);
                break;
            case PcapngBlock.StatisticsReceived:
                of.Received = count;
                break;
            case PcapngBlock.StatisticsInterfaceDropped:
                of.InterfaceDropped = count;
                break;
            case PcapngBlock.StatisticsFilterAccepted:
                of.FilterAccepted = count;
                break;
            case PcapngBlock.StatisticsOsDropped:
                of.OsDropped = count;
                break;
            case PcapngBlock.StatisticsDelivered:
                of.Delivered = count;
                break;
        }
    }

    /// <summary>
    /// Strings are not terminated by the format; some writers do. Control characters, which could steer a terminal, become U+FFFD.
    /// </summary>
    private string Text(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)0);
        value = end < 0 ? value : value[..end];
        _textBytes += value.Length;
        string text = Encoding.UTF8.GetString(value);
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
    }
}
