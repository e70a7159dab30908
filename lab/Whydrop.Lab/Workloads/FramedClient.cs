using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>A front end that sends framed requests over one connection and waits for each answer.</summary>
public static class FramedClient
{
    /// <summary>Sends requests until all are answered or patience ends; then the connection is closed, or reset when an answer is missing.</summary>
    /// <param name="where">Namespace of the client.</param>
    /// <param name="to">Service.</param>
    /// <param name="requests">What to send, in order.</param>
    /// <param name="patience">How long the front end waits for one answer.</param>
    /// <param name="stop">Resets the connection at once.</param>
    public static Exchange Run(NetworkNamespace where, IPEndPoint to, IReadOnlyList<FramedMessage> requests, TimeSpan patience, CancellationToken stop) =>
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
                    request.Send(socket);
                    if (FramedMessage.Receive(socket) is null)
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
}
