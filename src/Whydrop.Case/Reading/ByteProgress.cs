namespace Whydrop.Case.Reading;

/// <summary>Adds up the bytes that several threads have read. It is also where a stop is noticed while a long file is read.</summary>
internal sealed class ByteProgress(long total, IProgress<CaseProgress>? listener, CancellationToken cancellation)
{
    private long read;

    /// <summary>More bytes of a file were read.</summary>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public void Add(long bytes, string path)
    {
        cancellation.ThrowIfCancellationRequested();
        var now = Interlocked.Add(ref read, bytes);
        listener?.Report(new CaseProgress(now, total, path));
    }
}
