using System.Text;

namespace Whydrop.Capture;

/// <summary>
/// Up to <see cref="Capacity"/> frames of one capture file, pointing into the file's buffer. The contents are valid until the next
/// <see cref="CaptureFile.Read"/> with this batch or the end of the file's life. One batch may be used for any number of files, one after another.
/// </summary>
public sealed class FrameBatch : IDisposable
{
    /// <summary>Most frames in a batch.</summary>
    public const int Capacity = 128;

    // A frame can carry any number of comments; a batch keeps this many notes and no more.
    private const int MostNotes = 4 * Capacity;

    private readonly CapturedFrame[] _frames = new CapturedFrame[Capacity];
    private FrameNote[] _notes = [];
    private int _noteCount;
    private byte[] _buffer = [];

    /// <summary>The frames in the order of the file.</summary>
    public ReadOnlySpan<CapturedFrame> Frames => _frames.AsSpan(0, Count);

    /// <summary>Number of the first frame of the batch in its file, from 1.</summary>
    public long FirstFrameNumber { get; internal set; }

    /// <summary>Frames in the batch.</summary>
    public int Count { get; internal set; }

    /// <summary>The buffer that <see cref="CapturedFrame.Offset"/> counts in. Bytes outside the frames mean nothing.</summary>
    public ReadOnlySpan<byte> Buffer => _buffer;

    /// <summary>Comments and drop counts of the frames, in the order of the file; mostly empty.</summary>
    public ReadOnlySpan<FrameNote> Notes => _notes.AsSpan(0, _noteCount);

    /// <summary>The bytes kept of a frame.</summary>
    /// <param name="f">A frame of this batch.</param>
    public ReadOnlySpan<byte> Bytes(in CapturedFrame f) => new(_buffer, f.Offset, f.CapturedLength);

    /// <summary>The comment of a note; empty when it has none. Bytes that are not UTF-8 are replaced.</summary>
    /// <param name="note">A note of this batch.</param>
    public string Comment(in FrameNote note) => Encoding.UTF8.GetString(_buffer, note.CommentOffset, note.CommentLength);

    /// <summary>Empties the batch.</summary>
    public void Dispose() => Detach();

    internal Span<CapturedFrame> Slots => _frames;

    internal void Attach(byte[] buffer, long firstFrameNumber)
    {
        _buffer = buffer;
        FirstFrameNumber = firstFrameNumber;
        Count = 0;
        _noteCount = 0;
    }

    internal void Detach()
    {
        _buffer = [];
        Count = 0;
        _noteCount = 0;
    }

    internal void Note(in FrameNote note)
    {
        if (_noteCount == MostNotes)
        {
            return;
        }

        if (_noteCount == _notes.Length)
        {
            Array.Resize(ref _notes, _notes.Length == 0 ? Capacity : MostNotes);
        }

        _notes[_noteCount++] = note;
    }

    /// <summary>Takes back the notes of a frame whose block turned out to be damaged.</summary>
    internal void ForgetNotesFrom(int frameIndex)
    {
        while (_noteCount > 0 && _notes[_noteCount - 1].FrameIndex >= frameIndex)
        {
            _noteCount--;
        }
    }
}
