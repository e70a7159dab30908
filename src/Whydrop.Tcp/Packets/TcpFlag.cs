namespace Whydrop.Tcp.Packets;

/// <summary>Control bits of RFC 9293, 3.1.</summary>
internal static class TcpFlag
{
    public const byte Fin = 1;
    public const byte Syn = 2;
    public const byte Reset = 4;
    public const byte Push = 8;
    public const byte Ack = 16;
    public const byte Urgent = 32;
}
