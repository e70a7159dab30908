using System.Buffers.Binary;
using System.Text;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

/// <summary>Questions to name servers and their answers; hostile messages.</summary>
public class DnsTests
{
    private const string Client = "10.0.0.1";
    private const string Server = "10.96.0.10";

    [Fact]
    public void Attempts_and_the_answer_belong_to_one_question()
    {
        var trace = new Trace();
        Query(trace, 0, 7, "db.example.com", 1);
        Query(trace, 5000, 7, "db.example.com", 1);
        Answer(trace, 5010, 7, "DB.example.com", 1, code: 3);
        Query(trace, 5020, 8, "db.example.com", 28);

        var told = trace.Analyse().Of<DnsQuery>();

        Assert.Equal(2, told.Count);
        Assert.Equal(("db.example.com", 1, 2, TimeSpan.FromMilliseconds(5010), 3, false), (told[0].Name, told[0].RecordType, told[0].Attempts, told[0].Answer!.Value, told[0].ResponseCode!.Value, told[0].Truncated));
        Assert.Equal((Client + ":40000", Server + ":53"), (told[0].Client.ToString(), told[0].Server.ToString()));
        Assert.Equal((28, null, null), (told[1].RecordType, told[1].Answer, told[1].ResponseCode));
    }

    [Fact]
    public void The_same_question_after_its_answer_says_so()
    {
        var trace = new Trace();
        Query(trace, 0, 7, "a", 1);
        Answer(trace, 1, 7, "a", 1);
        Query(trace, 2000, 7, "a", 1);
        Answer(trace, 2001, 7, "a", 1);
        Query(trace, 3000, 8, "a", 1);

        Assert.Equal([null, TimeSpan.FromSeconds(2), null], trace.Analyse().Of<DnsQuery>().Select(q => q.AfterAnswered));
    }

    [Fact]
    public void An_answer_to_another_port_or_identifier_or_name_is_none()
    {
        var trace = new Trace();
        Query(trace, 0, 7, "a", 1);
        Answer(trace, 1, 8, "a", 1);
        Answer(trace, 2, 7, "b", 1);
        Answer(trace, 3, 7, "a", 28);
        Answer(trace, 4, 7, "a", 1, port: 40001);

        Assert.Null(Assert.Single(trace.Analyse().Of<DnsQuery>()).Answer);
    }

    [Fact]
    public void Truncation_is_told_and_copies_are_no_attempts()
    {
        var trace = new Trace();
        Query(trace, 0, 7, "a", 1);
        Query(trace, 0.01, 7, "a", 1);
        Answer(trace, 4, 7, "a", 1, truncated: true);
        Answer(trace, 400, 7, "a", 1, code: 2);

        var told = Assert.Single(trace.Analyse().Of<DnsQuery>());
        Assert.Equal((1, true, 0), (told.Attempts, told.Truncated, told.ResponseCode));
    }

    [Fact]
    public void Names_are_escaped_and_the_root_has_one()
    {
        var trace = new Trace();
        Query(trace, 0, 1, "", 2);
        trace.Add(1, Udp(40000, 53, [0, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, (byte)'a', 0x1B, (byte)'.', 0, 0, 1, 0, 1]));

        Assert.Equal([".", "a\\027\\046"], trace.Analyse().Of<DnsQuery>().Select(q => q.Name));
    }

    [Fact]
    public void A_compressed_question_is_followed_and_loops_end()
    {
        var trace = new Trace();
        byte[] head = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        trace.Add(0, Udp(40000, 53, [.. head, 0xC0, 12, 0, 1, 0, 1]));
        trace.Add(1, Udp(40000, 53, [.. head, 1, (byte)'a', 0xC0, 12, 0, 1, 0, 1]));
        trace.Add(2, Udp(40000, 53, [.. head, 0xC0, 4, 0, 1, 0, 1]));
        trace.Add(3, Udp(40000, 53, [.. head, .. Enumerable.Repeat(new byte[] { 63 }.Concat(new byte[63]).ToArray(), 5).SelectMany(l => l), 0, 0, 1, 0, 1]));
        trace.Add(4, Udp(40000, 53, head));
        trace.Add(5, Udp(40000, 53, [1]));

        var analysed = trace.Analyse();

        Assert.True(analysed.Of<DnsQuery>().Count <= 1);
        Assert.Contains(analysed.Of<Gap>(), g => g.Kind == GapKind.Limited && g.Reason.Contains("port 53", StringComparison.Ordinal));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(5);
        var trace = new Trace();
        for (var i = 0; i < 3000; i++)
        {
            var message = new byte[random.Next(0, 80)];
            random.NextBytes(message);
            if (message.Length > 6)
            {
                (message[2], message[4], message[5]) = (1, 0, 1);
            }

            trace.Add(i, Udp(40000, 53, message));
        }

        Assert.All(trace.Analyse().Of<DnsQuery>(), q => Assert.InRange(q.Name.Length, 1, 4 * 255));
    }

    private static void Query(Trace trace, double at, ushort id, string name, int type) => trace.Add(at, Udp(40000, 53, Message(id, 0x0100, name, type)));

    private static void Answer(Trace trace, double at, ushort id, string name, int type, int code = 0, bool truncated = false, int port = 40000) =>
        trace.Add(at, Udp(53, port, Message(id, 0x8180 | code | (truncated ? 0x200 : 0), name, type)));

    private static byte[] Message(ushort id, int flags, string name, int type)
    {
        var bytes = new List<byte> { (byte)(id >> 8), (byte)id, (byte)(flags >> 8), (byte)flags, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        return [.. bytes];
    }

    private static byte[] Udp(int from, int to, byte[] payload)
    {
        var udp = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)to);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        payload.CopyTo(udp, 8);
        var outgoing = to == 53;
        return Wrapping.InEthernet(Wrapping.Ipv4(outgoing ? Client : Server, outgoing ? Server : Client, 17, udp));
    }
}
