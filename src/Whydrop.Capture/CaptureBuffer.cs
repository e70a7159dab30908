using System.Buffers;

namespace Whydrop.Capture;

/// <summary>
/// A window of fixed size over the uncompressed capture. Everything between two calls of <see cref="Fill"/> stays in place, so that the frames of a
/// batch can point into it.
/// </summary>
/// <param name="stream">The uncompressed capture.</param>
/// <param name="source">What is under the decompression, the same as <paramref name="stream"/> when there is none.</param>
internal sealed class CaptureBuffer(Stream stream, CountingStream source) : IDisposable
{
    /// <summary>Holds the largest frame with its headers twice over, and stays within a common L2 cache.</summary>
    public const int Size = 512 * 1024;

    private bool _ended;

    /// <summary>The window.</summary>
    public byte[] Bytes { get; private set; } = ArrayPool<byte>.Shared.Rent(Size);

    /// <summary>First byte not yet used.</summary>
    public int Start { get; private set; }

    /// <summary>Behind the last byte read.</summary>
    public int End { get; private set; }

    /// <summary>Bytes read and not yet used.</summary>
    public int Available => End - Start;

    /// <summary>Offset of <see cref="Start"/> in the uncompressed capture.</summary>
    public long Offset { get; private set; }

    /// <summary>Why the source stopped before its end; null when it did not.</summary>
    public (CaptureEndingKind Kind, string Reason)? Failure { get; private set; }

    /// <summary>Marks bytes as used.</summary>
    public void Advance(int count)
    {
        Start += count;
        Offset += count;
    }

    /// <summary>Moves the unused bytes to the front and reads once. False at the end of the source or when the window is full.</summary>
    public bool Fill()
    {
        if (_ended)
        {
            return false;
        }

        if (Start > 0)
        {
            Bytes.AsSpan(Start, Available).CopyTo(Bytes);
            End -= Start;
            Start = 0;
        }

        if (End == Size)
        {
            return false;
        }

        int read = ReadSource(Bytes.AsSpan(End, Size - End));
        End += read;
        _ended = read == 0;
        return !_ended;
    }

    /// <summary>Fills until <paramref name="count"/> bytes are there. False when the source ends before.</summary>
    public bool Ensure(int count)
    {
        while (Available < count)
        {
            if (!Fill())
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        byte[] bytes = Bytes;
        Bytes = [];
        Start = End = 0;
        _ended = true;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        stream.Dispose();
    }

    private int ReadSource(Span<byte> space)
    {
        try
        {
            return stream.Read(space);
        }
        catch (InvalidDataException) when (source.Ended)
        {
            Failure = (CaptureEndingKind.Truncated, "the compressed data is cut off");
        }
        catch (InvalidDataException e)
        {
            Failure = (CaptureEndingKind.Damaged, "the compressed data is damaged: " + CaptureFormat.OneLine(e.Message));
        }
        catch (DecompressionLimitException e)
        {
            Failure = (CaptureEndingKind.LimitExceeded, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure = (CaptureEndingKind.Damaged, "cannot be read further: " + CaptureFormat.OneLine(e.Message));
        }

        return 0;
    }

}
