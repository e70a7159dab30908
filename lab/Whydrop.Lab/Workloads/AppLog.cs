using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>The log that a program in a pod writes: RFC 3339 time, level, text.</summary>
public sealed class AppLog
{
    private readonly string? file;
    private readonly Lock gate = new();

    private AppLog(string? file) => this.file = file;

    /// <summary>Writes nothing.</summary>
    public static AppLog Silent { get; } = new(null);

    /// <summary>Appends to a file.</summary>
    public static AppLog To(string file) => new(file);

    /// <summary>An ordinary line.</summary>
    public void Note(string text) => Write("INFO ", text);

    /// <summary>A failure, for example "connect 10.0.0.1:80: Connection refused (111)".</summary>
    public void Fail(string text) => Write("ERROR", text);

    /// <summary>The text and number that a C program would print for a socket error.</summary>
    public static string Text(SocketException failure) => $"{Glibc(failure.SocketErrorCode) ?? failure.Message} ({failure.NativeErrorCode})";

    // .NET words some messages by itself; these are glibc's.
    private static string? Glibc(SocketError code) => code switch
    {
        SocketError.ConnectionRefused => "Connection refused",
        SocketError.ConnectionReset => "Connection reset by peer",
        SocketError.TimedOut => "Connection timed out",
        SocketError.HostUnreachable => "No route to host",
        SocketError.NetworkUnreachable => "Network is unreachable",
        SocketError.AddressNotAvailable => "Cannot assign requested address",
        SocketError.AddressAlreadyInUse => "Address already in use",
        SocketError.TooManyOpenSockets => "Too many open files",
        SocketError.Shutdown => "Broken pipe",
        SocketError.AccessDenied => "Permission denied",
        SocketError.NoBufferSpaceAvailable => "No buffer space available",
        SocketError.MessageSize => "Message too long",
        _ => null,
    };

    private void Write(string level, string text)
    {
        if (file is null)
            return;
        lock (gate)
            File.AppendAllText(file, $"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {level} {text}\n");
    }
}
