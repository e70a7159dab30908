using Whydrop.Tcp.Facts;

namespace Whydrop.Tcp.Packets;

/// <summary>What the frames of one interface have in common.</summary>
/// <param name="point">Where they are counted.</param>
/// <param name="number">Its number.</param>
/// <param name="ipOffset">See <see cref="PlainSegment.IpOffset"/>.</param>
/// <param name="typeOffset">See <see cref="PlainSegment.TypeOffset"/>.</param>
internal sealed class PlainPlace(PointTally point, uint number, int ipOffset, int typeOffset)
{
    public readonly PointTally Point = point;
    public readonly uint Number = number;
    public readonly int IpOffset = ipOffset;
    public readonly int TypeOffset = typeOffset;
}
