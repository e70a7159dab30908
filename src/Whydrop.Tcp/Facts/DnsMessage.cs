using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Whydrop.Tcp.Facts;

/// <summary>Header and first question of a DNS message (RFC 1035, 4.1). Hostile input ends the reading, never more.</summary>
internal readonly ref struct DnsMessage
{
    private const int HeaderLength = 12;
    private const int MostNameBytes = 255;
    private const int MostJumps = 16;

    private DnsMessage(ReadOnlySpan<byte> bytes, string name, int recordType)
    {
        Bytes = bytes;
        Name = name;
        RecordType = recordType;
    }

    private ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Name asked for, without the last dot; "." for the root. Bytes beyond printable ASCII as \DDD (RFC 1035, 5.1).</summary>
    public string Name { get; }

    public int RecordType { get; }

    public ushort Identifier => BinaryPrimitives.ReadUInt16BigEndian(Bytes);

    /// <summary>QR: an answer.</summary>
    public bool IsAnswer => (Bytes[2] & 0x80) != 0;

    /// <summary>TC.</summary>
    public bool Truncated => (Bytes[2] & 0x02) != 0;

    public int ResponseCode => Bytes[3] & 0x0F;

    /// <summary>Reads a standard query or its answer with at least one question.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out DnsMessage message)
    {
        message = default;
        if (bytes.Length < HeaderLength || (bytes[2] & 0x78) != 0 || BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) == 0)
        {
            return false;
        }

        var name = new StringBuilder();
        if (!TryReadName(bytes, HeaderLength, name, out var end) || end + 4 > bytes.Length)
        {
            return false;
        }

        message = new DnsMessage(bytes, name.Length == 0 ? "." : name.ToString(), BinaryPrimitives.ReadUInt16BigEndian(bytes[end..]));
        return true;
    }

    // RFC 1035, 4.1.4: a pointer leads to an earlier place; that, and a limit of jumps and bytes, ends every walk.
    private static bool TryReadName(ReadOnlySpan<byte> bytes, int at, StringBuilder name, out int end)
    {
        end = -1;
        var (jumps, taken) = (0, 0);
        while (at < bytes.Length)
        {
            int length = bytes[at];
            if ((length & 0xC0) == 0xC0)
            {
                if (at + 1 >= bytes.Length || ++jumps > MostJumps)
                {
                    return false;
                }

                end = end < 0 ? at + 2 : end;
                var target = ((length & 0x3F) << 8) | bytes[at + 1];
                if (target >= at)
                {
                    return false;
                }

                at = target;
                continue;
            }

            if (length == 0)
            {
                end = end < 0 ? at + 1 : end;
                return true;
            }

            taken += length + 1;
            if (length > 63 || taken > MostNameBytes || at + 1 + length > bytes.Length)
            {
                return false;
            }

            Append(name, bytes.Slice(at + 1, length));
            at += length + 1;
        }

        return false;
    }

    private static void Append(StringBuilder name, ReadOnlySpan<byte> label)
    {
        if (name.Length > 0)
        {
            _ = name.Append('.');
        }

        foreach (var b in label)
        {
            _ = b is > 0x20 and < 0x7F and not (byte)'.' and not (byte)'\\'
                ? name.Append((char)b)
                : name.Append('\\').Append(b.ToString("D3", CultureInfo.InvariantCulture));
        }
    }
}
