
namespace Whydrop.Capture;

/// <summary>
/// A capture file opened for reading from front to back: pcap and pcapng, plain or compressed with gzip or zstd, told apart by content.
/// Memory is bounded by one window and the list of interfaces. A file that is still being written is read as far as its whole records go.
/// </summary>
public sealed class CaptureFile : IDisposable
{
    private readonly CaptureBuffer _buffer;
    private readonly FrameReader _reader;
    private readonly CountingStream _source;
    private FrameBatch? _batch;
    private bool _closed;

    private CaptureFile(string name, long? length, CountingStream source, CaptureBuffer buffer, FrameReader reader, string format)
    {
        Name = name;
        Length = length;
        Format = format;
        _source = source;
        _buffer = buffer;
        _reader = reader;
    }

    /// <summary>Path or name it was opened with; <c>standard input</c> for <c>-</c>.</summary>
    public string Name { get; }

    /// <summary><c>pcap</c>, <c>pcap (ns)</c>, <c>pcap (modified)</c> or <c>pcapng</c>, with the compression behind it: <c>pcapng, gzip</c>.</summary>
    public string Format { get; }

    /// <summary>The interfaces met so far. It grows while a pcapng is read; <see cref="CapturedFrame.Interface"/> is an index into it, unique over all sections.</summary>
    public IReadOnlyList<CaptureInterface> Interfaces => _reader.Interfaces;

    /// <summary>How the file ended; null until <see cref="Read"/> has returned false.</summary>
    public CaptureEnding? Ending => _reader.Ending;

    /// <summary>Frames read so far.</summary>
    public long Frames => _reader.Frames;

    /// <summary>Frames of Simple Packet Blocks, which carry no time: <see cref="CapturedFrame.UnixNanoseconds"/> is 0 for them.</summary>
    public long FramesWithoutTime => _reader.FramesWithoutTime;

    /// <summary>Frames of which the file says that more bytes were kept than were on the wire; the larger number is taken as the length on the wire.</summary>
    public long FramesLongerThanWire => _reader.FramesLongerThanWire;

    /// <summary>Bytes of the file used so far, before decompression.</summary>
    public long Position => _source.Count;

    /// <summary>Size of the file in bytes when it was opened, before decompression; null for a pipe.</summary>
    public long? Length { get; }

    /// <summary>Opens a capture file.</summary>
    /// <param name="path">A path, also of a pipe; <c>-</c> is standard input.</param>
    /// <returns>The file, of which the header has been read.</returns>
    /// <exception cref="CaptureException">It cannot be opened, or is no capture. The message is one line.</exception>
    public static CaptureFile Open(string path)
    {
        if (path == "-")
        {
            return Open(Console.OpenStandardInput(), "standard input");
        }

        return Open(OpenStream(path), path);
    }

    /// <summary>Opens a capture in a stream, which need not be seekable. The stream is closed with the file, also when opening fails.</summary>
    /// <param name="stream">The capture, plain or compressed, from its first byte.</param>
    /// <param name="name">Used in messages.</param>
    /// <returns>The file, of which the header has been read.</returns>
    /// <exception cref="CaptureException">It is no capture. The message is one line.</exception>
    public static CaptureFile Open(Stream stream, string name)
    {
        CaptureBuffer? buffer = null;
        bool opened = false;
        try
        {
            byte[] head = new byte[CaptureFormat.HeadLength];
            int read = stream.ReadAtLeast(head, PcapReader.FileHeaderLength, throwOnEndOfStream: false);
            long? length = stream.CanSeek ? stream.Length : null;
            var source = new CountingStream(head[..read], stream);
            Compression compression = CaptureFormat.CompressionOf(head.AsSpan(0, read));
            buffer = new CaptureBuffer(CaptureFormat.Decompress(source, compression, name), source);
            buffer.Ensure(PcapReader.FileHeaderLength);
            FrameReader reader = CaptureFormat.Reader(buffer, name);
            opened = true;
            return new CaptureFile(name, length, source, buffer, reader, CaptureFormat.Name(reader, compression));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptureException($"{name}: cannot be read ({CaptureFormat.OneLine(e.Message)}); check the file system", e);
        }
        finally
        {
            if (!opened)
            {
                buffer?.Dispose();
                stream.Dispose();
            }
        }
    }

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
        using FileStream stream = OpenStream(path);
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
        return _reader.Read(batch);
    }

    /// <summary>Closes the file and empties the batch last filled from it.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _batch?.Detach();
            _buffer.Dispose();
        }
    }

    private static FileStream OpenStream(string path)
    {
        try
        {
            // No lock and no buffer: the file may be growing, and the window is the buffer.
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.SequentialScan,
                BufferSize = 0,
            });
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new CaptureException($"{path}: is a folder, not a capture; name the files in it", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CaptureException($"{path}: may not be read by this user; check its permissions", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CaptureException($"{path}: does not exist; check the path", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new CaptureException($"{path}: cannot be opened ({CaptureFormat.OneLine(e.Message)}); check the path", e);
        }
    }
}
