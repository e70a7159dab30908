namespace Whydrop.Capture;

/// <summary>Gives back bytes that were read to look at them, then the rest of the stream; counts what was used.</summary>
internal sealed class CountingStream(byte[] head, Stream rest) : Stream
{
    private int _headUsed;

    /// <summary>Bytes given out.</summary>
    public long Count { get; private set; }

    /// <summary>The stream has said that there is no more.</summary>
    public bool Ended { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int read = Math.Min(buffer.Length, head.Length - _headUsed);
        if (read > 0)
        {
            head.AsSpan(_headUsed, read).CopyTo(buffer);
            _headUsed += read;
        }
        else
        {
            read = rest.Read(buffer);
            Ended |= read == 0 && buffer.Length > 0;
        }

        Count += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }
}
