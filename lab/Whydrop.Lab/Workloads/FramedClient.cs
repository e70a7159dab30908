using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>A front end that sends framed requests over one connection and waits for each answer.</summary>
public static class FramedClient
{
    /// <summary>Time between the writes of one request: a front end that forms its message piece by piece.</summary>
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(1);

    /// <summary>Sends requests until all are answered or patience ends; then the connection is closed, or reset when an answer is missing.</summary>
    /// <param name="where">Namespace of the client.</param>
    /// <param name="to">Service.</param>
    /// <param name="requests">Each request as the sizes of its writes after the 4-byte length; a first size of 0 joins length and body in one write.</param>
    /// <param name="patience">How long the front end waits for one answer.</param>
    /// <param name="stop">Resets the connection at once.</param>
    public static Exchange Run(NetworkNamespace where, IPEndPoint to, IReadOnlyList<int[]> requests, TimeSpan patience, CancellationToken stop) =>
        where.Call(() =>
        {
            using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.UseCubic();
            socket.SendTimeout = socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
            using var reset = stop.Register(() => socket.Abort());
            var answered = 0;
            try
            {
                socket.Connect(to);
                foreach (var request in requests)
                {
                    Send(socket, request);
                    if (!ReceiveAnswer(socket))
                        return new Exchange(requests.Count, answered, "closed by the server");
                    answered++;
                }

                socket.Shutdown(SocketShutdown.Send);
                // The server's FIN: both ends are then closed, and nothing keeps the namespace alive.
                socket.ReceiveFully(new byte[1]);
                return new Exchange(requests.Count, answered, null);
            }
            catch (SocketException e)
            {
                // The front end gives up: a reset, and the data that is still unacknowledged goes with it.
                socket.Abort();
                return new Exchange(requests.Count, answered, e.SocketErrorCode.ToString());
            }
            catch (ObjectDisposedException)
            {
                return new Exchange(requests.Count, answered, "stopped");
            }
        });

    private static void Send(Socket socket, int[] writes)
    {
        var body = writes.Sum();
        var message = new byte[4 + body];
        BinaryPrimitives.WriteInt32BigEndian(message, body);
        for (var i = 4; i < message.Length; i++)
            message[i] = (byte)('a' + (i % 26));
        if (writes[0] == 0)
        {
            socket.SendFully(message);
            return;
        }

        var at = 0;
        foreach (var size in writes.Prepend(4))
        {
            socket.SendFully(message.AsSpan(at, size));
            at += size;
            Thread.Sleep(BetweenWrites);
        }
    }

    private static bool ReceiveAnswer(Socket socket)
    {
        var header = new byte[4];
        return socket.ReceiveFully(header) && socket.ReceiveFully(new byte[BinaryPrimitives.ReadInt32BigEndian(header)]);
    }
}
