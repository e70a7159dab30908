using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>A server that answers each request: a 4-byte big-endian length, then that many bytes; the answer has the same form.</summary>
public sealed class FramedServer : IDisposable
{
    private const int LargestRequest = 1 << 20;
    private readonly Socket listener;
    private readonly int answerBytes;
    private readonly List<Socket> open = [];
    private readonly List<Thread> threads = [];
    private readonly Lock gate = new();
    private bool stopping;

    private FramedServer(Socket listener, int answerBytes)
    {
        this.listener = listener;
        this.answerBytes = answerBytes;
    }

    /// <summary>Listens inside a namespace.</summary>
    public static FramedServer Start(NetworkNamespace where, IPEndPoint at, int answerBytes)
    {
        var bound = where.Call(() =>
        {
            var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.UseCubic();
            socket.Bind(at);
            socket.Listen(64);
            return socket;
        });
        var server = new FramedServer(bound, answerBytes);
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
            var header = new byte[4];
            var answer = new byte[4 + answerBytes];
            BinaryPrimitives.WriteInt32BigEndian(answer, answerBytes);
            while (socket.ReceiveFully(header))
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(header);
                if (length is < 0 or > LargestRequest || !socket.ReceiveFully(new byte[length]))
                    break;
                socket.SendFully(answer);
            }

            socket.Shutdown(SocketShutdown.Both);
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
