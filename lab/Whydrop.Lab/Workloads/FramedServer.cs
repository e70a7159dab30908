using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>A server that answers each request with one message, small or large as the request asks.</summary>
public sealed class FramedServer : IDisposable
{
    private readonly Socket listener;
    private readonly FramedMessage answer;
    private readonly FramedMessage largeAnswer;
    private readonly List<Socket> open = [];
    private readonly List<Thread> threads = [];
    private readonly Lock gate = new();
    private bool stopping;

    private FramedServer(Socket listener, FramedMessage answer, FramedMessage largeAnswer)
    {
        this.listener = listener;
        this.answer = answer;
        this.largeAnswer = largeAnswer;
    }

    /// <summary>Listens inside a namespace.</summary>
    public static FramedServer Start(NetworkNamespace where, IPEndPoint at, FramedMessage answer, FramedMessage largeAnswer)
    {
        var bound = where.Call(() =>
        {
            var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.UseCubic();
            socket.Bind(at);
            socket.Listen(64);
            return socket;
        });
        var server = new FramedServer(bound, answer, largeAnswer);
        server.Run(server.Accept, $"accept {where.Label}");
        return server;
    }

    /// <summary>Closes every socket and waits for the threads.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopping)
                return;
            stopping = true;
            foreach (var socket in open)
                socket.Abort();
        }

        listener.Dispose();
        foreach (var thread in threads.ToArray())
            thread.Join();
    }

    private void Run(ThreadStart body, string name)
    {
        var thread = new Thread(body) { IsBackground = true, Name = name };
        threads.Add(thread);
        thread.Start();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = listener.Accept();
                lock (gate)
                {
                    if (stopping)
                    {
                        socket.Abort();
                        return;
                    }

                    open.Add(socket);
                    Run(() => Serve(socket), "serve");
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed: the run ends.
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            while (FramedMessage.Receive(socket) is { } request)
                (request.WantsLargeAnswer ? largeAnswer : answer).Send(socket);

            // The peer has sent its FIN: an ordinary close answers it.
            socket.Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer reset it, or the run ends.
        }
        finally
        {
            lock (gate)
                open.Remove(socket);
            socket.Abort();
        }
    }
}
