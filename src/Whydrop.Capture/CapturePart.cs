namespace Whydrop.Capture;

/// <summary>One file on its way through the readers: alone, or one of several that make up a capture.</summary>
internal sealed class CapturePart : IDisposable
{
    private readonly CaptureBuffer _buffer;
    private readonly CountingStream _source;

    private CapturePart(string name, long? length, CountingStream source, CaptureBuffer buffer, FrameReader reader, string format)
    {
        Name = name;
        Length = length;
        Format = format;
        Reader = reader;
        _source = source;
        _buffer = buffer;
    }

    public string Name { get; }

    public long? Length { get; }

    public string Format { get; }

    public FrameReader Reader { get; }

    /// <summary>Bytes used so far, before decompression.</summary>
    public long Position => _source.Count;

    /// <summary>Opens a path, also of a pipe; <c>-</c> is standard input.</summary>
    /// <exception cref="CaptureException">It cannot be opened, or is no capture.</exception>
    public static CapturePart Open(string path) =>
        path == "-" ? Open(Console.OpenStandardInput(), "standard input") : Open(OpenStream(path), path);

    /// <summary>Reads the header. The stream is closed with the part, also when opening fails.</summary>
    /// <exception cref="CaptureException">It is no capture.</exception>
    public static CapturePart Open(Stream stream, string name)
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
            return new CapturePart(name, length, source, buffer, reader, CaptureFormat.Name(reader, compression));
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

    /// <summary>Opens a file for reading from front to back.</summary>
    /// <exception cref="CaptureException">It cannot be opened.</exception>
    public static FileStream OpenStream(string path)
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

    public void Dispose() => _buffer.Dispose();
}
