using System.Buffers.Binary;

namespace Whydrop.Tcp.Flows;

/// <summary>The options that only a SYN carries: MSS (RFC 9293, 3.2), window scale (RFC 7323), SACK permitted (RFC 2018).</summary>
internal static class SynOptions
{
    /// <summary>Reads the options of a SYN into what is known of its sender; broken or cut options end the reading.</summary>
    public static void Read(ReadOnlySpan<byte> options, ref SenderOpening opening)
    {
        for (var i = 0; i < options.Length;)
        {
            var kind = options[i];
            if (kind == 1)
            {
                i++;
                continue;
            }

            if (kind == 0 || i + 1 >= options.Length)
            {
                return;
            }

            int length = options[i + 1];
            if (length < 2 || i + length > options.Length)
            {
                return;
            }

            Take(kind, options.Slice(i, length), ref opening);
            i += length;
        }
    }

    private static void Take(byte kind, ReadOnlySpan<byte> option, ref SenderOpening opening)
    {
        switch (kind)
        {
            case 2 when option.Length == 4:
                opening.Mss = BinaryPrimitives.ReadUInt16BigEndian(option[2..]);
                opening.Bits |= SenderOpening.HasMss;
                break;
            case 3 when option.Length == 3:
                opening.Scale = Math.Min(option[2], (byte)14); // RFC 7323, 2.3: a larger shift counts as 14.
                opening.Bits |= SenderOpening.ScaleOffered;
                break;
            case 4 when option.Length == 2:
                opening.Bits |= SenderOpening.SackOffered;
                break;
            case 8:
                opening.Bits |= SenderOpening.TimestampSeen;
                break;
            default:
                break;
        }
    }
}
