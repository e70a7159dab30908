namespace Whydrop.Capture.Tests;

/// <summary>Small files that between them hold every construct that is read.</summary>
internal static class Samples
{
    public static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 7) + seed);
        }

        return bytes;
    }

    public static byte[] Pcap(bool bigEndian, uint magic = 0xA1B2C3D4)
    {
        FileBuilder file = new FileBuilder(bigEndian).PcapHeader(magic);
        for (int i = 0; i < 4; i++)
        {
            file.PcapRecord(1_700_000_000 + (uint)i, (uint)(i * 1000), Bytes(10 + (i * 3), i), 100);
        }

        return file.ToArray();
    }

    public static byte[] Modified(bool bigEndian) => new FileBuilder(bigEndian).PcapHeader(0xA1B2CD34)
        .ModifiedRecord(1_700_000_000, 5, 0, Bytes(20))
        .ModifiedRecord(1_700_000_001, 6, 4, Bytes(21))
        .ToArray();

    public static byte[] Pcapng(bool bigEndian) => new FileBuilder(bigEndian)
        .Section(options: o => o.Option(3, "linux").Option(4, "a program").EndOfOptions())
        .Interface(1, 96, o => o.Option(2, "eth0").Option(3, "the first").Option(9, 9).Option64(14, 60).Option(11, [0, .. "tcp port 80"u8]).Option(12, "Linux").EndOfOptions())
        .Interface(113, 0, o => o.Option(2, "any"))
        .Block(4, b => b.U16(1).U16(9).Raw(10, 0, 0, 1).Raw([.. "host"u8, 0]).Pad().U32(0))
        .Enhanced(0, 1_700_000_000_000_000_001, Bytes(33), 1500, options: o => o.Option(1, "why").Option32(2, 1).Option64(4, 3).EndOfOptions())
        .Enhanced(1, 1_700_000_000_000_002, Bytes(16))
        .OldPacket(1, 2, 1_700_000_000_000_003, Bytes(5))
        .Simple(200, Bytes(96))
        .Block(0xBAD, b => b.U32(32473).Raw(1, 2, 3, 4))
        .Block(10, b => b.U32(0x544C534B).U32(3).Raw(1, 2, 3))
        .Block(0x7777, Bytes(9))
        .Statistics(0, o => o.OptionTicks(2, 1_700_000_000_000_000_000).OptionTicks(3, 1_700_000_009_000_000_000).Option64(4, 1000).Option64(5, 7).Option64(6, 900).Option64(7, 8).Option64(8, 892).EndOfOptions())
        .ToArray();

    /// <summary>Two sections, the second in the other byte order.</summary>
    public static byte[] Sections(bool bigEndian) => [.. Pcapng(bigEndian), .. Pcapng(!bigEndian)];

    public static TheoryData<string> Names => [.. All.Keys];

    public static IReadOnlyDictionary<string, byte[]> All { get; } = new Dictionary<string, byte[]>
    {
        ["pcap little"] = Pcap(false),
        ["pcap big"] = Pcap(true),
        ["pcap ns little"] = Pcap(false, 0xA1B23C4D),
        ["pcap ns big"] = Pcap(true, 0xA1B23C4D),
        ["modified little"] = Modified(false),
        ["modified big"] = Modified(true),
        ["pcapng little"] = Pcapng(false),
        ["pcapng big"] = Pcapng(true),
        ["pcapng sections"] = Sections(false),
    };
}
