using System.Buffers;
using System.Runtime.InteropServices;

namespace Whydrop.Capture;

/// <summary>
/// Decompresses zstd (RFC 8878) with the system's libzstd.so.1, any number of frames one after another. Data that ends inside a frame or is damaged
/// gives an <see cref="InvalidDataException"/>, after everything before it has been read; a window of over 128 MiB an <see cref="IOException"/>.
/// </summary>
public sealed partial class ZstdStream : Stream
{
    private const string Library = "libzstd.so.1";
    private const int InputSize = 128 * 1024;
    private const int FrameParameterWindowTooLarge = 16;

    private static readonly Lazy<bool> s_available = new(() => NativeLibrary.TryLoad(Library, typeof(ZstdStream).Assembly, null, out _));

    private readonly Stream _source;
    private readonly Decoder _decoder;
    private byte[] _input = ArrayPool<byte>.Shared.Rent(InputSize);
    private int _inputStart;
    private int _inputEnd;
    private bool _insideFrame;

    /// <summary>Decompresses a stream, which is closed with this one.</summary>
    /// <param name="source">The compressed bytes.</param>
    /// <exception cref="DllNotFoundException">The library is not there; see <see cref="Available"/>.</exception>
    public ZstdStream(Stream source)
    {
        _source = source;
        _decoder = CreateDecoder();
        if (_decoder.IsInvalid)
        {
            throw new InvalidOperationException("libzstd could not make a decoder: out of memory");
        }
    }

    /// <summary>The library can be loaded; Debian has it in the package libzstd1.</summary>
    public static bool Available => s_available.Value;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override unsafe int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_decoder.IsClosed, this);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        bool sourceEnded = false;
        while (true)
        {
            if (_inputStart == _inputEnd && !sourceEnded)
            {
                _inputStart = 0;
                _inputEnd = _source.Read(_input, 0, _input.Length);
                sourceEnded = _inputEnd == 0;
                if (sourceEnded && !_insideFrame)
                {
                    return 0;
                }
            }

            // SAFETY: both arrays are pinned for the call, and the sizes given are those of the pinned parts.
            fixed (byte* output = buffer)
            fixed (byte* input = _input)
            {
                var to = new Area { Bytes = output, Size = (nuint)buffer.Length };
                var from = new Area { Bytes = input + _inputStart, Size = (nuint)(_inputEnd - _inputStart) };
                nuint left = Decompress(_decoder, ref to, ref from);
                _inputStart += (int)from.Position;
                if (IsError(left) != 0)
                {
                    Fail(left);
                }

                _insideFrame = left != 0;
                if (to.Position > 0)
                {
                    return (int)to.Position;
                }
            }

            if (sourceEnded)
            {
                throw new InvalidDataException("the zstd data ends inside a frame");
            }
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _input.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_input);
            _input = [];
            _decoder.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Fail(nuint code)
    {
        string reason = Marshal.PtrToStringUTF8(ErrorName(code)) ?? "unknown error";
        throw ErrorCode(code) == FrameParameterWindowTooLarge
            ? new DecompressionLimitException($"zstd: {reason} (window over 128 MiB); unpack it with: zstd -d --long=31")
            : new InvalidDataException(reason);
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    private static partial Decoder CreateDecoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    private static partial nuint FreeDecoder(nint decoder);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint Decompress(Decoder decoder, ref Area output, ref Area input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorCode")]
    private static partial int ErrorCode(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer of zstd.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Area
    {
        public byte* Bytes;
        public nuint Size;
        public nuint Position;
    }

    private sealed class Decoder() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => FreeDecoder(handle) == 0;
    }
}
