using System.Buffers.Binary;

namespace Whydrop.Case.Opening;

/// <summary>The size of a zip's central directory, read before the directory itself is loaded.</summary>
internal static class ZipDirectory
{
    private const int EndRecord = 22;

    /// <returns>Bytes as the end record says (APPNOTE 4.3.16); 0 when there is no end record.</returns>
    public static long Size(Stream zip)
    {
        var tail = new byte[(int)Math.Min(zip.Length, EndRecord + ushort.MaxValue)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        var at = tail.AsSpan().LastIndexOf([(byte)0x50, (byte)0x4B, (byte)5, (byte)6]);
        return at < 0 || tail.Length - at < EndRecord ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 12));
    }
}
