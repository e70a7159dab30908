using System.Buffers.Binary;
using System.Text;

namespace Whydrop.Lab.Workloads;

/// <summary>DNS messages (RFC 1035) as far as a lookup of one address needs them.</summary>
internal static class NameMessage
{
    private const int Header = 12;
    private const ushort Pointer = 0xc00c; // to the name in the question

    /// <summary>A query, as glibc sends it.</summary>
    public static byte[] Query(ushort id, string name, bool ipv6)
    {
        var message = new byte[Header + name.Length + 2 + 4];
        Write(message, 0, id);
        Write(message, 2, 0x0100); // RD
        Write(message, 4, 1);
        var at = Header;
        foreach (var label in name.Split('.'))
        {
            message[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, message.AsSpan(at));
        }

        Write(message, at + 1, (ushort)(ipv6 ? 28 : 1));
        Write(message, at + 3, 1);
        return message;
    }

    /// <summary>An answer with one address, or an error code without.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> query, byte code)
    {
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[^4..]);
        byte[] address = type == 28 ? [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10] : [10, 0, 0, 10];
        var record = code == 0 ? 12 + address.Length : 0;
        var message = new byte[query.Length + record];
        query.CopyTo(message);
        Write(message, 2, (ushort)(0x8180 | code));
        if (record == 0)
            return message;
        Write(message, 6, 1);
        var at = query.Length;
        Write(message, at, Pointer);
        Write(message, at + 2, type);
        Write(message, at + 4, 1);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(at + 6), 30);
        Write(message, at + 10, (ushort)address.Length);
        address.CopyTo(message, at + 12);
        return message;
    }

    /// <summary>The identifier; 0 when it is too short.</summary>
    public static ushort Id(ReadOnlySpan<byte> message) => message.Length < Header ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(message);

    private static void Write(byte[] message, int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), value);
}
