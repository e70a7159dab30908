using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.DropReasons;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Tests.Scoring;

public sealed class DropReasonTests
{
    [DropFact]
    public void Drops_are_counted_in_watched_namespaces_only()
    {
        using var id = RunId.Take();
        string watchedName = id.Prefix + "-watched", otherName = id.Prefix + "-other";
        try
        {
            using var drops = DropRecorder.Start();
            var watched = NetworkNamespace.Create(watchedName, "watched");
            var other = NetworkNamespace.Create(otherName, "other");
            drops.Watch(watched);
            Refuse(watched, 3);
            Refuse(other, 5);

            var figures = drops.Figures();

            Assert.Equal(3, figures["dropReason NO_SOCKET at tcp_v4_rcv, watched"]);
            Assert.DoesNotContain(figures.Keys, k => k.EndsWith("other", StringComparison.Ordinal));
        }
        finally
        {
            NetworkNamespace.Delete(watchedName);
            NetworkNamespace.Delete(otherName);
        }
    }

    /// <summary>Connects to a port where nothing listens: the kernel frees each SYN for want of a socket.</summary>
    private static void Refuse(NetworkNamespace host, int times) => host.Call(() =>
    {
        for (var i = 0; i < times; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Assert.Throws<SocketException>(() => socket.Connect(new IPEndPoint(IPAddress.Loopback, 9)));
        }

        return 0;
    });

    private sealed class DropFactAttribute : FactAttribute
    {
        public DropFactAttribute() => Skip = LabNeeds.Missing ?? Missing.Value;

        private static readonly Lazy<string?> Missing = new(DropRecorder.Missing);
    }
}
