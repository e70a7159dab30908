using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>Traffic that runs on threads of its own inside a namespace. Everything it opens is reset when it ends.</summary>
public abstract class Workload : IDisposable
{
    private readonly LabRun run;
    private readonly List<Thread> threads = [];
    private readonly HashSet<Socket> open = [];
    private readonly Lock gate = new();

    /// <summary>A workload that ends with its run.</summary>
    protected Workload(LabRun run)
    {
        this.run = run;
        run.Own(GetType().Name, this);
    }

    /// <summary>The run ends, or the workload was told to.</summary>
    protected bool Stopping { get; private set; }

    /// <summary>What is under way is finished, and nothing new begins.</summary>
    protected bool Finishing { get; private set; }

    /// <summary>Ends it in peace: connections are closed, not reset.</summary>
    public void Finish()
    {
        Finishing = true;
        WaitForThreads();
    }

    /// <summary>Waits until its threads have ended.</summary>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public void WaitForThreads()
    {
        while (Threads().Exists(t => t.IsAlive))
            run.Pause(TimeSpan.FromMilliseconds(10));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (Stopping)
                return;
            Stopping = true;
        }

        AbortSockets();
        foreach (var thread in Threads())
            thread.Join();
        AbortSockets();
        GC.SuppressFinalize(this);
    }

    /// <summary>Resets every open connection.</summary>
    protected void AbortSockets()
    {
        Socket[] now;
        lock (gate)
        {
            now = [.. open];
            open.Clear();
        }

        foreach (var socket in now)
            socket.Abort();
    }

    /// <summary>Starts a thread inside a namespace; a socket that is closed under it ends it quietly.</summary>
    protected void Spawn(NetworkNamespace where, string name, Action body)
    {
        var thread = where.Spawn(name, () =>
        {
            try
            {
                body();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The peer or the end of the run closed it.
            }
        });
        lock (gate)
            threads.Add(thread);
    }

    /// <summary>A socket that is reset when the workload ends. Call it on a thread inside the namespace.</summary>
    protected Socket Open(AddressFamily family, ProtocolType protocol = ProtocolType.Tcp)
    {
        var socket = new Socket(family, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        if (protocol == ProtocolType.Tcp)
            socket.UseCubic();
        Track(socket);
        return socket;
    }

    /// <summary>Resets this one too when the workload ends.</summary>
    protected void Track(Socket socket)
    {
        lock (gate)
        {
            if (!Stopping)
            {
                open.Add(socket);
                return;
            }
        }

        socket.Abort();
    }

    /// <summary>Closes a connection: FIN, or a reset.</summary>
    protected void Close(Socket socket, bool reset = false)
    {
        lock (gate)
            open.Remove(socket);
        if (reset)
            socket.Abort();
        else
            socket.Dispose();
    }

    /// <summary>Connects within a time.</summary>
    /// <exception cref="SocketException">As the kernel says; <see cref="SocketError.WouldBlock"/> when patience ended first.</exception>
    protected static void Connect(Socket socket, IPEndPoint to, TimeSpan patience)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(patience, SelectMode.SelectWrite))
                throw new SocketException((int)SocketError.WouldBlock);
            var error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != 0)
                throw new SocketException(error);
        }

        socket.Blocking = true;
    }

    /// <summary>Sleeps, but not past the end of the run; false when it ends.</summary>
    protected bool Sleep(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
            run.Stop.WaitHandle.WaitOne(time);
        return !Stopping && !run.Stop.IsCancellationRequested;
    }

    private List<Thread> Threads()
    {
        lock (gate)
            return [.. threads];
    }
}
