using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>The server of the pod workloads: one thread per connection, requests as <see cref="TrafficRequest"/> says.</summary>
public sealed class TrafficServer : IDisposable
{
    private const int Room = 1 << 16;
    private readonly NetworkNamespace? where;
    private readonly ServerOptions options;
    private readonly Socket listener;
    private readonly HashSet<Socket> open = [];
    private readonly List<Thread> threads = [];
    private readonly ManualResetEventSlim reading = new(initialState: true);
    private readonly BlockingCollection<Socket> ready = [];
    private readonly Lock gate = new();
    private bool stopping;
    private long accepted;
    private long requests;
    private long received;

    private TrafficServer(NetworkNamespace? where, ServerOptions options, Socket listener)
    {
        this.where = where;
        this.options = options;
        this.listener = listener;
    }

    /// <summary>Connections accepted.</summary>
    public long Accepted => Volatile.Read(ref accepted);

    /// <summary>Requests answered.</summary>
    public long Requests => Volatile.Read(ref requests);

    /// <summary>Bytes of requests read.</summary>
    public long BytesRead => Volatile.Read(ref received);

    /// <summary>Connections open now.</summary>
    public int Open
    {
        get
        {
            lock (gate)
                return open.Count;
        }
    }

    /// <summary>Listens inside a namespace.</summary>
    public static TrafficServer Start(NetworkNamespace where, IPEndPoint at, ServerOptions options)
    {
        return Serve(new TrafficServer(where, options, where.Call(() => Bind(at, options))));
    }

    /// <summary>Listens in the namespace of this process.</summary>
    public static TrafficServer StartHere(IPEndPoint at, ServerOptions options) => Serve(new TrafficServer(null, options, Bind(at, options)));

    /// <summary>Begins to accept, when <see cref="ServerOptions.Accepts"/> was false.</summary>
    public void StartAccepting() => Run("accept", Accept);

    /// <summary>Stops reading on every connection: the receive buffers fill.</summary>
    public void PauseReading() => reading.Reset();

    /// <summary>Reads on.</summary>
    public void ResumeReading() => reading.Set();

    /// <summary>Resets every connection.</summary>
    public void AbortAll()
    {
        lock (gate)
        {
            foreach (var socket in open)
                socket.Abort();
        }
    }

    /// <summary>Closes the listener; connections stay.</summary>
    public void StopListening() => listener.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopping)
                return;
            stopping = true;
        }

        AbortAll();
        listener.Dispose();
        reading.Set();
        ready.CompleteAdding();
        foreach (var thread in threads.ToArray())
            thread.Join();
        reading.Dispose();
        ready.Dispose();
    }

    private static TrafficServer Serve(TrafficServer server)
    {
        for (var i = 0; i < server.options.ReadyThreads; i++)
            server.Run("serve", server.ServeReady);
        if (server.options.Accepts)
            server.StartAccepting();
        return server;
    }

    private static Socket Bind(IPEndPoint at, ServerOptions options)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.UseCongestionControl(options.CongestionControl);
        if (options.ReceiveBuffer is { } bytes)
            socket.ReceiveBufferSize = bytes;
        socket.Bind(at);
        socket.Listen(options.Backlog);
        return socket;
    }

    private void Run(string name, Action body)
    {
        var thread = where?.Spawn(name, body);
        if (thread is null)
        {
            thread = new Thread(() => body()) { IsBackground = true, Name = name };
            thread.Start();
        }

        lock (gate)
            threads.Add(thread);
    }

    private void Accept()
    {
        while (!stopping)
        {
            Socket socket;
            try
            {
                socket = listener.Accept();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                options.Log.Fail($"accept: {AppLog.Text(e)}");
                Thread.Sleep(50);
                continue;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            lock (gate)
            {
                if (stopping)
                {
                    socket.Abort();
                    return;
                }

                open.Add(socket);
            }

            Interlocked.Increment(ref accepted);
            if (options.AcceptPause > TimeSpan.Zero)
                Thread.Sleep(options.AcceptPause);
            if (options.ReadyThreads > 0)
                ready.Add(socket);
            else
                Run("serve", () => Serve(socket));
        }
    }

    private void ServeReady()
    {
        foreach (var socket in ready.GetConsumingEnumerable())
            Serve(socket);
    }

    private void Serve(Socket socket)
    {
        var (reset, leaks) = (true, false);
        try
        {
            socket.NoDelay = options.NoDelay;
            if (options.BytesPerSecond is { } rate)
                socket.Pace(rate);
            while (!HasIdled(socket) && Take(socket) is { } act)
            {
                if (act is ServerAct.Reset or ServerAct.AnswerAndReset)
                    return;
                if (act is ServerAct.AnswerAndClose or ServerAct.CloseUnread)
                    break;
            }

            reset = false;
            leaks = options.Leaks;
        }
        catch (SocketException e)
        {
            if (!stopping)
                options.Log.Fail($"read: {AppLog.Text(e)}");
        }
        catch (ObjectDisposedException)
        {
            // The run ends.
        }
        finally
        {
            if (!leaks)
                Close(socket, reset);
        }
    }

    private void Close(Socket socket, bool reset)
    {
        lock (gate)
            open.Remove(socket);
        if (reset)
            socket.Abort();
        else
            socket.Dispose();
    }

    /// <summary>Nothing came for the idle timeout. By poll, whose timer is exact: that of SO_RCVTIMEO rounds two seconds up by a quarter of one (kernel/time/timer.c).</summary>
    private bool HasIdled(Socket socket)
    {
        if (options.IdleTimeout is not { } idle || socket.Poll(idle, SelectMode.SelectRead))
            return false;
        options.Log.Note($"closing idle connection from {socket.RemoteEndPoint} after {idle.TotalSeconds:0.0} s");
        return true;
    }

    /// <summary>Serves one request; null when the peer has sent its FIN or what is no request.</summary>
    private ServerAct? Take(Socket socket)
    {
        reading.Wait();
        var header = new byte[TrafficRequest.Size];
        if (!socket.ReceiveFully(header) || TrafficRequest.Read(header) is not { } request)
            return null;
        if (request.Act == ServerAct.CloseUnread)
        {
            // The body came with the header, or comes right behind it.
            SpinWait.SpinUntil(() => socket.Available >= Math.Min(request.Body, Room), TimeSpan.FromSeconds(1));
            return request.Act;
        }

        if (options.ShrinksReceiveBuffer is { } shrinks && request.Body > 0)
        {
            socket.ReceiveBufferSize = shrinks.Bytes;
            Thread.Sleep(shrinks.Pause);
        }

        if (!Skip(socket, request.Body))
            return null;
        Interlocked.Increment(ref requests);
        if (request.Act is ServerAct.Reset or ServerAct.Ignore)
            return request.Act;
        if (request.Think > TimeSpan.Zero)
            Thread.Sleep(request.Think);
        socket.SendText(request.Answer, options.Pieces);
        return request.Act;
    }

    private bool Skip(Socket socket, int bytes)
    {
        var room = new byte[options.ReadPace?.Bytes ?? Room];
        for (var left = bytes; left > 0;)
        {
            reading.Wait();
            // Not past the byte where the late page is due.
            var most = options.ReadsLate is { } late && bytes - left < late.After ? late.After - (bytes - left) : left;
            var got = options.ReadsLate is { } page && bytes - left >= page.After
                ? socket.Receive(page.Page.Memory)
                : socket.Receive(room.AsSpan(0, Math.Min(most, room.Length)));
            if (got == 0)
                return false;
            left -= got;
            Interlocked.Add(ref received, got);
            if (options.ReadPace is { } pace)
                Thread.Sleep(pace.Pause);
        }

        return true;
    }
}
