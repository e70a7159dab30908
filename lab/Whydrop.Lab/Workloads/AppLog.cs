using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>The log that a program in a pod writes: RFC 3339 time, level, text.</summary>
public sealed class AppLog
{
    private readonly string? file;
    private readonly Lock gate = new();
    private StreamWriter? writer;

    private AppLog(string? file) => this.file = file;

    /// <summary>Writes nothing.</summary>
    public static AppLog Silent { get; } = new(null);

    /// <summary>Appends to a file.</summary>
    public static AppLog To(string file) => new(file);

    /// <summary>Opens the file now instead of with the first line: a program that may open no more files still logs that.</summary>
    public AppLog Opened()
    {
        lock (gate)
            Open();
        return this;
    }

    /// <summary>An ordinary line.</summary>
    public void Note(string text) => Write("INFO ", text);

    /// <summary>A failure, for example "connect 10.0.0.1:80: Connection refused (111)".</summary>
    public void Fail(string text) => Write("ERROR", text);

    /// <summary>The text and number that a C program would print for a socket error. .NET folds some numbers together and words others by itself.</summary>
    public static string Text(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "Connection refused (111)",
        SocketError.ConnectionReset => "Connection reset by peer (104)",
        SocketError.TimedOut => "Connection timed out (110)",
        SocketError.HostUnreachable => "No route to host (113)",
        SocketError.NetworkUnreachable => "Network is unreachable (101)",
        SocketError.AddressNotAvailable => "Cannot assign requested address (99)",
        SocketError.AddressAlreadyInUse => "Address already in use (98)",
        SocketError.TooManyOpenSockets => "Too many open files (24)",
        SocketError.Shutdown => "Broken pipe (32)",
        SocketError.AccessDenied => "Permission denied (13)",
        SocketError.NoBufferSpaceAvailable => "No buffer space available (105)",
        SocketError.MessageSize => "Message too long (90)",
        _ => $"{failure.Message} ({failure.NativeErrorCode})",
    };

    private void Write(string level, string text)
    {
        if (file is null)
            return;
        lock (gate)
            Open()!.Write($"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {level} {text}\n");
    }

    private StreamWriter? Open() =>
        writer ??= file is null ? null : new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1)) { AutoFlush = true };
}
