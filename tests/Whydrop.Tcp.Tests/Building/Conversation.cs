using System.Net;

namespace Whydrop.Tcp.Tests.Building;

/// <summary>
/// A connection written from one place: sequence numbers are relative (1 is the first byte), IP Identifications count up per end, and
/// timestamps follow the clock of the trace. Each call adds a frame as seen at the capture point and returns its number.
/// </summary>
public sealed class Conversation(Trace trace, uint clientIsn = 1000, uint serverIsn = 5000, bool ipv6 = false)
{
    private ushort clientId = 100;
    private ushort serverId = 30000;

    public IPEndPoint Client { get; init; } = new(IPAddress.Parse(ipv6 ? "2001:db8::1" : "10.0.0.1"), 40000);

    public IPEndPoint Server { get; init; } = new(IPAddress.Parse(ipv6 ? "2001:db8::2" : "10.0.0.2"), 80);

    public bool Timestamps { get; init; } = true;

    public int Mss { get; init; } = 1460;

    public int? WindowScale { get; init; } = 7;

    public ushort Window { get; set; } = 500;

    /// <summary>Time at which the segment was really sent, for timestamps of overtaken or delayed segments; null for its time here.</summary>
    public void Handshake(double at, double roundTrip = 10)
    {
        Add(at, true, FromClient(0, 0, 0, 2) with { Mss = Mss, WindowScale = WindowScale, SackPermitted = true, Ack = 0, Window = 64000, Timestamp = Stamp(at, 0) });
        Add(at + roundTrip, false, FromServer(0, 1, 0, 18) with { Mss = Mss, WindowScale = WindowScale, SackPermitted = true, Window = 64000, Timestamp = Stamp(at + roundTrip, at) });
        Add(at + roundTrip + 0.1, true, FromClient(1, 1, 0, 16) with { Timestamp = Stamp(at + roundTrip + 0.1, at + roundTrip) });
    }

    public int Data(double at, long seq, int length, long ack = 1, byte flags = 24, ushort? ipId = null, double? sentAt = null, byte ttl = 64, double echo = 0) =>
        Add(at, true, FromClient(seq, ack, length, flags) with { Timestamp = Stamp(sentAt ?? at, echo), Ttl = ttl }, ipId);

    public int ServerData(double at, long seq, int length, long ack = 1, byte flags = 24, ushort? ipId = null) =>
        Add(at, false, FromServer(seq, ack, length, flags) with { Timestamp = Stamp(at, 0) }, ipId);

    /// <summary>An ACK from the server; the echo is the time the acknowledged segment was sent.</summary>
    public int Ack(double at, long ack, double echo = 0, ushort? window = null, long seq = 1, params (long Left, long Right)[] sack) =>
        Add(at, false, FromServer(seq, ack, 0, 16) with
        {
            Timestamp = Stamp(at, echo),
            Window = window ?? Window,
            Sack = [.. sack.Select(s => ((uint)(clientIsn + s.Left), (uint)(clientIsn + s.Right)))],
        });

    public int ClientAck(double at, long ack, long seq = 1, ushort? window = null) =>
        Add(at, true, FromClient(seq, ack, 0, 16) with { Timestamp = Stamp(at, 0), Window = window ?? Window });

    public int Repeat(double at, Packet packet) => trace.Add(at, packet);

    public Packet FromClient(long seq, long ack, int length, byte flags) => new()
    {
        From = Client, To = Server, Seq = (uint)(clientIsn + seq), Ack = (uint)(serverIsn + ack), Length = length, Flags = flags, Window = Window,
    };

    public Packet FromServer(long seq, long ack, int length, byte flags) => new()
    {
        From = Server, To = Client, Seq = (uint)(serverIsn + seq), Ack = (uint)(clientIsn + ack), Length = length, Flags = flags, Window = Window,
    };

    /// <summary>The packet as it was last added, for copies.</summary>
    public Packet? Last { get; private set; }

    public int Add(double at, bool fromClient, Packet packet, ushort? ipId = null)
    {
        Last = packet with { IpId = ipId ?? (fromClient ? clientId++ : serverId++) };
        return trace.Add(at, Last);
    }

    private (uint, uint)? Stamp(double at, double echo) => Timestamps ? ((uint)(100_000 + at), echo == 0 ? 0 : (uint)(100_000 + echo)) : null;
}
