using System.Buffers.Binary;

namespace Whydrop.Lab.Middleboxes;

/// <summary>Protocol, addresses and ports, the smaller end first: the same for both directions.</summary>
/// <param name="Protocol">IP protocol.</param>
/// <param name="Low">Smaller end.</param>
/// <param name="High">Larger end.</param>
public readonly record struct FlowKey(byte Protocol, (UInt128 Address, ushort Port) Low, (UInt128 Address, ushort Port) High)
{
    internal static FlowKey Of(Packet packet)
    {
        var ports = packet.IsTcp || packet.IsUdp;
        (UInt128, ushort) source = (Number(packet.Source), ports ? Port(packet, 0) : (ushort)0);
        (UInt128, ushort) destination = (Number(packet.Destination), ports ? Port(packet, 2) : (ushort)0);
        return source.CompareTo(destination) <= 0 ? new FlowKey(packet.Protocol, source, destination) : new FlowKey(packet.Protocol, destination, source);
    }

    private static ushort Port(Packet packet, int at) => BinaryPrimitives.ReadUInt16BigEndian(packet.Bytes.AsSpan(packet.Transport + at));

    private static UInt128 Number(ReadOnlySpan<byte> address) =>
        address.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(address) : BinaryPrimitives.ReadUInt32BigEndian(address);
}
