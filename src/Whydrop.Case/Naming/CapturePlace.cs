using Whydrop.Case.Opening;
using Whydrop.Evidence;
using Whydrop.Tcp;

namespace Whydrop.Case.Naming;

/// <summary>Says where captures were taken.</summary>
/// <param name="placeOf">Place of a file by its folders and case.yaml.</param>
/// <param name="nodes">Names of the nodes known from folders and texts.</param>
/// <param name="tables">Interface tables by network stack.</param>
internal sealed class CapturePlace(
    Func<CaseEntry, VantagePoint> placeOf, IReadOnlySet<string> nodes, IReadOnlyDictionary<VantagePoint, InterfaceTable> tables)
{
    /// <summary>By folders and case.yaml; for a file at the top, a file name that begins with a node's name says the node: node3-cali12ab.pcap.</summary>
    public VantagePoint Of(CaseEntry entry)
    {
        var at = placeOf(entry);
        if (at.Node is not null || nodes.Count == 0)
        {
            return at;
        }

        var named = nodes.Where(n => entry.Name.StartsWith(n, StringComparison.Ordinal) && entry.Name.Length > n.Length && !char.IsAsciiLetterOrDigit(entry.Name[n.Length]))
            .MaxBy(n => n.Length);
        return named is null ? at : at with { Node = named };
    }

    /// <summary>With the interface: from case.yaml, else the file itself, else its name, else the addresses it holds.</summary>
    public VantagePoint Of(CaseEntry entry, CapturePoint point)
    {
        var at = Of(entry);
        return at.Interface is not null ? at : at with { Interface = Interface(entry, at, point) };
    }

    private string? Interface(CaseEntry entry, VantagePoint at, CapturePoint point)
    {
        var table = tables.GetValueOrDefault(at.Stack, InterfaceTable.Empty);
        if (point.LinkInterfaceIndex is { } index && table.ByIndex(index) is { } listed)
        {
            return listed;
        }

        if (point.Name is { Length: > 0 } own && own != "any")
        {
            return ArchiveName.Printable(own);
        }

        return point.AnyDevice ? null : InterfaceName.In(entry.Name, table.Names) ?? table.ByAddresses(point);
    }
}
