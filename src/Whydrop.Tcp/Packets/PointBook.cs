using System.Runtime.CompilerServices;
using Whydrop.Capture;
using Whydrop.Tcp.Facts;
using Whydrop.Wire;

namespace Whydrop.Tcp.Packets;

/// <summary>Capture points by file interface and, for SLL2, interface index.</summary>
internal sealed class PointBook(CaptureFile file)
{
    private const int Most = ushort.MaxValue;
    private readonly List<PointTally> points = [];
    private readonly Dictionary<long, PointTally> byPlace = [];
    private LinkType[] links = [];
    private PointTally?[] byInterface = [];
    private PlainPlace?[] plain = [];
    private PointTally? last;
    private long lastPlace = -1;

    public List<PointTally> Points => points;

    /// <summary>Makes sure that every interface without frames is a point too: that nothing was seen there is worth knowing.</summary>
    public void AddSilentInterfaces()
    {
        for (var i = 0; i < file.Interfaces.Count; i++)
        {
            if (!points.Exists(p => p.Point.FileInterface == i))
            {
                _ = Of(i, 0, LinkOf(i));
            }
        }
    }

    /// <summary>How plain frames of an interface are read and counted; null until its first frame, and when each frame tells its own point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PlainPlace? PlaceOf(int fileInterface) => (uint)fileInterface < (uint)plain.Length ? plain[fileInterface] : null;

    /// <summary>From now on no frame of an interface is plain: each is decoded, and its checksum verified.</summary>
    public void LeavePlain(int fileInterface) => plain[fileInterface] = null;

    public LinkType LinkOf(int fileInterface) => fileInterface < links.Length ? links[fileInterface] : Learn(fileInterface);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PointTally Of(int fileInterface, int linkInterfaceIndex, LinkType link) =>
        link != LinkType.LinuxSll2 && byInterface[fileInterface] is { } known ? known : Find(fileInterface, linkInterfaceIndex, link);

    private PointTally Find(int fileInterface, int linkInterfaceIndex, LinkType link)
    {
        var place = ((long)fileInterface << 32) | (uint)linkInterfaceIndex;
        if (place == lastPlace)
        {
            return last!;
        }

        if (!byPlace.TryGetValue(place, out var point))
        {
            point = points.Count < Most ? Add(fileInterface, linkInterfaceIndex, link) : points[^1];
            byPlace[place] = point;
        }

        lastPlace = place;
        last = point;
        byInterface[fileInterface] = link == LinkType.LinuxSll2 ? null : point;
        plain[fileInterface] = link == LinkType.LinuxSll2 || PlainSegment.IpOffset(link) < 0
            ? null
            : new PlainPlace(point, (uint)point.Point.Index, PlainSegment.IpOffset(link), PlainSegment.TypeOffset(link));
        return point;
    }

    private PointTally Add(int fileInterface, int linkInterfaceIndex, LinkType link)
    {
        var source = file.Interfaces[fileInterface];
        var sll2 = link == LinkType.LinuxSll2;
        var any = sll2 || link == LinkType.LinuxSll;
        var point = new PointTally(new CapturePoint
        {
            Index = points.Count,
            FileInterface = fileInterface,
            Name = any && source.Name is "any" ? null : source.Name,
            LinkType = source.LinkType,
            AnyDevice = any,
            LinkInterfaceIndex = sll2 ? linkInterfaceIndex : null,
        });
        points.Add(point);
        return point;
    }

    private LinkType Learn(int fileInterface)
    {
        var count = Math.Max(file.Interfaces.Count, fileInterface + 1);
        links = new LinkType[count];
        for (var i = 0; i < file.Interfaces.Count; i++)
        {
            links[i] = (LinkType)file.Interfaces[i].LinkType;
        }

        Array.Resize(ref byInterface, count);
        Array.Resize(ref plain, count);
        return links[fileInterface];
    }
}
