using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>Whole buffers over a stream socket.</summary>
internal static class SocketExtensions
{
    private static readonly byte[] Text = MakeText();

    /// <summary>Uses loss-based congestion control, whatever this machine's default is.</summary>
    /// <remarks>Per socket: a namespace may not choose an algorithm that the host has not allowed to all users (net/ipv4/tcp_cong.c).</remarks>
    public static void UseCubic(this Socket socket) => socket.UseCongestionControl("cubic");

    /// <summary>Uses an algorithm by its kernel name.</summary>
    public static void UseCongestionControl(this Socket socket, string name)
    {
        try
        {
            socket.SetRawSocketOption(6, 13, System.Text.Encoding.ASCII.GetBytes(name)); // IPPROTO_TCP, TCP_CONGESTION
        }
        catch (SocketException)
        {
            // Not built into this kernel: its default serves as well.
        }
    }

    /// <summary>Fills the buffer; false when the peer closed first.</summary>
    public static bool ReceiveFully(this Socket socket, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var got = socket.Receive(buffer);
            if (got == 0)
                return false;
            buffer = buffer[got..];
        }

        return true;
    }

    /// <summary>Sends the whole buffer.</summary>
    public static void SendFully(this Socket socket, ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
            buffer = buffer[socket.Send(buffer)..];
    }

    /// <summary>Sends that many bytes of text, in one write or in writes of the given sizes, the last repeated as needed.</summary>
    public static void SendText(this Socket socket, int bytes, IReadOnlyList<int> pieces)
    {
        var text = Text.AsSpan(0, Math.Min(bytes, Text.Length));
        for (var (sent, piece) = (0, 0); sent < bytes; piece++)
        {
            var size = pieces.Count == 0 ? text.Length : pieces[Math.Min(piece, pieces.Count - 1)];
            size = Math.Min(Math.Min(size, bytes - sent), text.Length);
            socket.SendFully(text[..size]);
            sent += size;
        }
    }

    /// <summary>Limits what TCP sends (SO_MAX_PACING_RATE); the stack paces by itself where the queue does not.</summary>
    public static void Pace(this Socket socket, int bytesPerSecond) => socket.SetRawSocketOption(1, 47, BitConverter.GetBytes(bytesPerSecond));

    /// <summary>Sends keep-alive probes after this idle time, and again as often.</summary>
    public static void ProbeWhenIdle(this Socket socket, TimeSpan idle)
    {
        var seconds = Math.Max(1, (int)idle.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds);
    }

    /// <summary>Closes with a reset: an orphaned socket would keep its namespace alive while it retransmits.</summary>
    public static void Abort(this Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed or reset already.
        }

        socket.Dispose();
    }

    private static byte[] MakeText()
    {
        var text = new byte[1 << 16];
        for (var i = 0; i < text.Length; i++)
            text[i] = (byte)('a' + (i % 26));
        return text;
    }
}
