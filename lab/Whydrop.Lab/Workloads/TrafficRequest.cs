using System.Buffers.Binary;

namespace Whydrop.Lab.Workloads;

/// <summary>The header of a request: the client says what the server does with it, so that one server serves every workload.</summary>
/// <param name="Act">What to do.</param>
/// <param name="Body">Bytes that follow the header.</param>
/// <param name="Answer">Bytes to answer with.</param>
/// <param name="Think">Time before the answer.</param>
internal readonly record struct TrafficRequest(ServerAct Act, int Body, int Answer, TimeSpan Think)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 16;

    private const ushort Mark = 0x5744;
    private const int Most = 1 << 30;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> room)
    {
        BinaryPrimitives.WriteUInt16BigEndian(room, Mark);
        room[2] = (byte)Act;
        room[3] = 0;
        BinaryPrimitives.WriteInt32BigEndian(room[4..], (int)Think.TotalMilliseconds);
        BinaryPrimitives.WriteInt32BigEndian(room[8..], Body);
        BinaryPrimitives.WriteInt32BigEndian(room[12..], Answer);
    }

    /// <summary>Reads it; null when it is none.</summary>
    public static TrafficRequest? Read(ReadOnlySpan<byte> from)
    {
        var (think, body, answer) = (BinaryPrimitives.ReadInt32BigEndian(from[4..]), BinaryPrimitives.ReadInt32BigEndian(from[8..]), BinaryPrimitives.ReadInt32BigEndian(from[12..]));
        return BinaryPrimitives.ReadUInt16BigEndian(from) == Mark && think >= 0 && body is >= 0 and < Most && answer is >= 0 and < Most
            ? new TrafficRequest((ServerAct)from[2], body, answer, TimeSpan.FromMilliseconds(think))
            : null;
    }
}
