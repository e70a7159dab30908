namespace Whydrop.Capture;

/// <summary>
/// A capture opened for reading from front to back: pcap and pcapng, plain or compressed with gzip or zstd, told apart by content; one file, or
/// the files that one capture was written to one after another, read as if they were one.
/// Memory is bounded by one window and the list of interfaces. A file that is still being written is read as far as its whole records go.
/// </summary>
public sealed class CaptureFile : IDisposable
{
    private readonly IReadOnlyList<string> _following;
    private readonly List<long> _framesBefore = [0];
    private readonly JoinedInterfaces? _joined;
    private CapturePart _part;
    private FrameBatch? _batch;
    private long _bytesBefore;
    private long _withoutTimeBefore;
    private long _longerBefore;
    private bool _closed;

    private CaptureFile(CapturePart part, IReadOnlyList<string> following)
    {
        _part = part;
        _following = following;
        Name = part.Name;
        Format = part.Format;
        Length = part.Length;
        if (following.Count > 0)
        {
            _joined = new JoinedInterfaces(part.Reader.Interfaces);
            Length = part.Length + following.Sum(path => new FileInfo(path) is { Exists: true } file ? file.Length : 0);
        }
    }

    /// <summary>Path or name it was opened with, of several the first; <c>standard input</c> for <c>-</c>.</summary>
    public string Name { get; }

    /// <summary><c>pcap</c>, <c>pcap (ns)</c>, <c>pcap (modified)</c> or <c>pcapng</c>, with the compression behind it: <c>pcapng, gzip</c>.</summary>
    public string Format { get; }

    /// <summary>The interfaces met so far. It grows while a pcapng is read; <see cref="CapturedFrame.Interface"/> is an index into it, unique over all sections and files.</summary>
    public IReadOnlyList<CaptureInterface> Interfaces => _joined is null ? _part.Reader.Interfaces : _joined.All;

    /// <summary>How the capture ended; null until <see cref="Read"/> has returned false. Its byte offset is that in the last file read.</summary>
    public CaptureEnding? Ending { get; private set; }

    /// <summary>Frames read so far.</summary>
    public long Frames => _framesBefore[^1] + _part.Reader.Frames;

    /// <summary>Frames in front of each file that was begun so far; of a capture in one file, 0. Frame f of the capture is frame f - FramesBefore[i] of file i.</summary>
    public IReadOnlyList<long> FramesBefore => _framesBefore;

    /// <summary>Frames of Simple Packet Blocks, which carry no time: <see cref="CapturedFrame.UnixNanoseconds"/> is 0 for them.</summary>
    public long FramesWithoutTime => _withoutTimeBefore + _part.Reader.FramesWithoutTime;

    /// <summary>Frames of which the file says that more bytes were kept than were on the wire; the larger number is taken as the length on the wire.</summary>
    public long FramesLongerThanWire => _longerBefore + _part.Reader.FramesLongerThanWire;

    /// <summary>Bytes of the files used so far, before decompression.</summary>
    public long Position => _bytesBefore + _part.Position;

    /// <summary>Size in bytes when it was opened, before decompression; null for a pipe.</summary>
    public long? Length { get; }

    /// <summary>Opens a capture file.</summary>
    /// <param name="path">A path, also of a pipe; <c>-</c> is standard input.</param>
    /// <returns>The file, of which the header has been read.</returns>
    /// <exception cref="CaptureException">It cannot be opened, or is no capture. The message is one line.</exception>
    public static CaptureFile Open(string path) => new(CapturePart.Open(path), []);

    /// <summary>
    /// Opens the files of one capture as one: frames are numbered on, and an interface is the one of the same place, link type and name in the file before.
    /// A file that cannot be opened, or does not end whole, ends the capture there.
    /// </summary>
    /// <param name="paths">Paths in the order in which they were written; at least one.</param>
    /// <exception cref="CaptureException">The first cannot be opened, or is no capture. The message is one line.</exception>
    public static CaptureFile Open(IReadOnlyList<string> paths) => new(CapturePart.Open(paths[0]), [.. paths.Skip(1)]);

    /// <summary>Opens a capture in a stream, which need not be seekable. The stream is closed with the file, also when opening fails.</summary>
    /// <param name="stream">The capture, plain or compressed, from its first byte.</param>
    /// <param name="name">Used in messages.</param>
    /// <returns>The file, of which the header has been read.</returns>
    /// <exception cref="CaptureException">It is no capture. The message is one line.</exception>
    public static CaptureFile Open(Stream stream, string name) => new(CapturePart.Open(stream, name), []);

    /// <summary>
    /// Says whether a file is a capture that can be read, by its first bytes: pcap in both byte orders and all its resolutions, pcapng, and gzip or zstd of either.
    /// </summary>
    /// <param name="head">
    /// The first bytes of the file; 12 decide for plain files and 512 for gzip. zstd unpacks in blocks of up to 128 KiB, of which the first must be there whole;
    /// <see cref="Recognise(string)"/> sees to that.
    /// </param>
    public static bool Recognise(ReadOnlySpan<byte> head) => CaptureFormat.Recognise(head);

    /// <summary>Says whether a file is a capture that can be read, reading as much of it as that takes.</summary>
    /// <param name="path">A path of a file that may be read twice: not a pipe.</param>
    /// <exception cref="CaptureException">It cannot be opened. The message is one line.</exception>
    public static bool Recognise(string path)
    {
        using FileStream stream = CapturePart.OpenStream(path);
        try
        {
            return CaptureFormat.Recognise(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptureException($"{path}: cannot be read ({CaptureFormat.OneLine(e.Message)}); check the file system", e);
        }
    }

    /// <summary>Fills the batch with the next frames; what the batch held before is gone.</summary>
    /// <param name="batch">Where to put them.</param>
    /// <returns>False when there is no further frame: then <see cref="Ending"/> says why.</returns>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public bool Read(FrameBatch batch)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _batch = batch;
        while (!_part.Reader.Read(batch))
        {
            if (!Next())
            {
                return false;
            }
        }

        if (_framesBefore.Count > 1)
        {
            batch.FirstFrameNumber += _framesBefore[^1];
            _joined!.Rename(batch.Slots[..batch.Count], _part.Reader.Interfaces);
        }

        return true;
    }

    /// <summary>Closes the file and empties the batch last filled from it.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _batch?.Detach();
            _part.Dispose();
        }
    }

    /// <summary>Goes on to the next file; false, with <see cref="Ending"/> set, when there is none or something is missing before it.</summary>
    private bool Next()
    {
        if (Ending is not null)
        {
            return false;
        }

        CaptureEnding own = _part.Reader.Ending!;
        if (_framesBefore.Count > 1)
        {
            _joined!.TakeCounters(_part.Reader.Interfaces);
        }

        Ending = _framesBefore[^1] == 0 ? own : own with { FrameNumber = own.FrameNumber + _framesBefore[^1] };
        int next = _framesBefore.Count - 1;
        if (next == _following.Count || own.Kind != CaptureEndingKind.Complete)
        {
            return false;
        }

        CapturePart part;
        try
        {
            part = CapturePart.Open(_following[next]);
        }
        catch (CaptureException e)
        {
            Ending = new CaptureEnding(CaptureEndingKind.Truncated, own.ByteOffset, Ending.FrameNumber, e.Message);
            return false;
        }

        Ending = null;
        _framesBefore.Add(Frames);
        _bytesBefore = Position;
        _withoutTimeBefore = FramesWithoutTime;
        _longerBefore = FramesLongerThanWire;
        _part.Dispose();
        _part = part;
        return true;
    }
}
