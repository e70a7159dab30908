using System.Buffers.Binary;
using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>A message of a 4-byte big-endian length and that many bytes of text.</summary>
/// <param name="Pieces">Sizes of the writes of the body; the length is a write of its own when there are several.</param>
/// <param name="WantsLargeAnswer">As a request: asks the server for its large answer.</param>
public sealed record FramedMessage(int[] Pieces, bool WantsLargeAnswer = false)
{
    private const byte LargeAnswerMark = (byte)'L';
    private const int Largest = 1 << 20;

    /// <summary>Time between the writes of one message: a program that forms it piece by piece.</summary>
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(1);

    /// <summary>A message sent in one write.</summary>
    public static FramedMessage Whole(int body, bool wantsLargeAnswer = false) => new([body], wantsLargeAnswer);

    /// <summary>Sends it.</summary>
    internal void Send(Socket socket)
    {
        var body = Pieces.Sum();
        var message = new byte[4 + body];
        BinaryPrimitives.WriteInt32BigEndian(message, body);
        for (var i = 4; i < message.Length; i++)
            message[i] = (byte)('a' + (i % 26));
        if (WantsLargeAnswer)
            message[4] = LargeAnswerMark;
        if (Pieces.Length == 1)
        {
            socket.SendFully(message);
            return;
        }

        var at = 0;
        foreach (var size in Pieces.Prepend(4))
        {
            socket.SendFully(message.AsSpan(at, size));
            at += size;
            Thread.Sleep(BetweenWrites);
        }
    }

    /// <summary>Receives one; null when the peer closed, or sent what is no message.</summary>
    internal static FramedMessage? Receive(Socket socket)
    {
        var header = new byte[4];
        if (!socket.ReceiveFully(header))
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length is < 1 or > Largest)
            return null;
        var body = new byte[length];
        return socket.ReceiveFully(body) ? Whole(length, body[0] == LargeAnswerMark) : null;
    }
}
