using System.Text;

namespace Whydrop.Case.Opening;

/// <summary>Walks a tar stream entry by entry with bounded memory. Content is copied out through a callback; links are only named.</summary>
internal sealed class TarReading(Stream tar)
{
    /// <summary>Longest pax record block or GNU long name that is believed: real ones are a few hundred bytes.</summary>
    private const int LongestExtension = 1 << 16;

    private readonly byte[] block = new byte[TarHeader.Length];
    private string? nextName;
    private long? nextSize;

    /// <summary>Why reading stopped before the end; null at a proper end.</summary>
    public string? Damage { get; private set; }

    /// <summary>Moves to the next file, folder or link.</summary>
    /// <returns>False at the end or at damage, see <see cref="Damage"/>.</returns>
    public bool TryNext(out TarHeader entry)
    {
        entry = default;
        while (true)
        {
            var had = tar.ReadAtLeast(block, TarHeader.Length, throwOnEndOfStream: false);
            if (had == 0 || (had == TarHeader.Length && block.AsSpan().IndexOfAnyExcept((byte)0) < 0))
            {
                return false;
            }

            if (had < TarHeader.Length || !TarHeader.TryParse(block, out var header))
            {
                Damage = had < TarHeader.Length ? "ends inside a header" : "a header is damaged";
                return false;
            }

            if (header.Type is 'x' or 'g' or 'L' or 'K')
            {
                if (!TryExtension(header))
                {
                    return false;
                }

                continue;
            }

            entry = header with { Name = nextName ?? header.Name, Size = nextSize ?? header.Size };
            nextName = null;
            nextSize = null;
            return true;
        }
    }

    /// <summary>Copies the content of the current entry and skips its padding.</summary>
    /// <returns>False when the archive ends inside it.</returns>
    public bool CopyContent(long size, Stream? destination)
    {
        var buffer = new byte[81920];
        var left = size;
        while (left > 0)
        {
            var n = tar.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (n == 0)
            {
                Damage = "ends inside a file";
                return false;
            }

            destination?.Write(buffer, 0, n);
            left -= n;
        }

        var padding = (int)(-size & (TarHeader.Length - 1));
        if (padding > 0 && tar.ReadAtLeast(buffer.AsSpan(0, padding), padding, throwOnEndOfStream: false) < padding)
        {
            Damage = "ends inside the padding of a file";
        }

        return true;
    }

    private bool TryExtension(in TarHeader header)
    {
        if (header.Size > LongestExtension)
        {
            Damage = $"an extended header of {header.Size} bytes";
            return false;
        }

        using var content = new MemoryStream();
        if (!CopyContent(header.Size, content))
        {
            return false;
        }

        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        switch (header.Type)
        {
            case 'L':
                nextName = Encoding.UTF8.GetString(bytes).TrimEnd('\0');
                break;
            case 'x':
                ReadPaxRecords(bytes);
                break;
        }

        return true;
    }

    // POSIX pax: "%d %s=%s\n" where the number counts the whole record.
    private void ReadPaxRecords(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            var blank = records.IndexOf((byte)' ');
            if (blank <= 0 || !int.TryParse(records[..blank], out var length) || length <= blank + 1 || length > records.Length)
            {
                return;
            }

            var record = Encoding.UTF8.GetString(records[(blank + 1)..length]).TrimEnd('\n');
            records = records[length..];
            if (record.StartsWith("path=", StringComparison.Ordinal))
            {
                nextName = record[5..];
            }
            else if (record.StartsWith("size=", StringComparison.Ordinal) && long.TryParse(record.AsSpan(5), out var size) && size >= 0)
            {
                nextSize = size;
            }
        }
    }
}
