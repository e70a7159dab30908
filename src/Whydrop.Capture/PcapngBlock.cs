namespace Whydrop.Capture;

/// <summary>Block types and fixed lengths of pcapng (draft-ietf-opsawg-pcapng, 4 and 11.1).</summary>
internal static class PcapngBlock
{
    public const uint SectionHeader = 0x0A0D0D0A;
    public const uint InterfaceDescription = 1;
    public const uint Packet = 2;
    public const uint SimplePacket = 3;
    public const uint InterfaceStatistics = 5;
    public const uint EnhancedPacket = 6;

    public const uint ByteOrderMagic = 0x1A2B3C4D;

    /// <summary>Type, length, and the length again at the end.</summary>
    public const int Overhead = 12;

    /// <summary>Shortest Section Header Block.</summary>
    public const int SectionHeaderLength = 28;

    /// <summary>Options of an Interface Description Block start here; 4 bytes of trailer follow them.</summary>
    public const int InterfaceOptions = 16;

    /// <summary>Options of an Interface Statistics Block start here.</summary>
    public const int StatisticsOptions = 20;

    /// <summary>The bytes of an Enhanced Packet Block, and of the older Packet Block, start here.</summary>
    public const int PacketBytes = 28;

    /// <summary>The bytes of a Simple Packet Block start here.</summary>
    public const int SimplePacketBytes = 12;

    public const int TrailerLength = 4;

    // Options (their own numbers in each block type).
    public const int SectionApplication = 4;
    public const int Comment = 1;
    public const int InterfaceName = 2;
    public const int InterfaceDescriptionText = 3;
    public const int InterfaceResolution = 9;
    public const int InterfaceFilter = 11;
    public const int InterfaceFcsLength = 13;
    public const int InterfaceTimeOffset = 14;
    public const int PacketFlags = 2;
    public const int PacketDropCount = 4;
    public const int StatisticsStart = 2;
    public const int StatisticsEnd = 3;
    public const int StatisticsReceived = 4;
    public const int StatisticsInterfaceDropped = 5;
    public const int StatisticsFilterAccepted = 6;
    public const int StatisticsOsDropped = 7;
    public const int StatisticsDelivered = 8;

    public static string NameWithArticle(uint type)
    {
        string name = Name(type);
        return (name[0] is 'E' or 'I' ? "an " : "a ") + name;
    }

    private static string Name(uint type) => type switch
    {
        SectionHeader => "Section Header Block",
        InterfaceDescription => "Interface Description Block",
        Packet => "Packet Block",
        SimplePacket => "Simple Packet Block",
        4 => "Name Resolution Block",
        InterfaceStatistics => "Interface Statistics Block",
        EnhancedPacket => "Enhanced Packet Block",
        9 => "systemd Journal Export Block",
        10 => "Decryption Secrets Block",
        0xBAD or 0x40000BAD => "Custom Block",
        _ => $"block of type 0x{type:X8}",
    };
}
