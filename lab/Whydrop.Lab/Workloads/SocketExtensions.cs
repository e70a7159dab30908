using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>Whole buffers over a stream socket.</summary>
internal static class SocketExtensions
{
    /// <summary>Uses loss-based congestion control, whatever this machine's default is.</summary>
    /// <remarks>Per socket: a namespace may not choose an algorithm that the host has not allowed to all users (net/ipv4/tcp_cong.c).</remarks>
    public static void UseCubic(this Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(6, 13, "cubic"u8); // IPPROTO_TCP, TCP_CONGESTION
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
}
