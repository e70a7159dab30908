using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Neighbours;

/// <summary>"ip -j neigh".</summary>
public sealed class IpNeighJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "ip-neigh-json";

    /// <inheritdoc />
    public override string Reads => "ip -j [-p] neigh: ARP and ND entries with their state";

    private protected override bool Fits(string start) => start.Contains("\"dst\":", StringComparison.Ordinal) && start.Contains("\"state\":[", StringComparison.Ordinal);

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var item in items)
        {
            var state = item["state"].Items.Find(s => s.Text is not null)?.Text;
            if (AddressText.Address(item["dst"].Text) is { } address && state is not null)
            {
                var mac = item["lladdr"].Text;
                findings.Add(new Neighbour(findings.On(item["dev"].Text), findings.From(item.Line), address, AddressText.Mac(mac) ?? mac, state));
            }
            else
            {
                findings.Gap(item.Line, GapKind.Malformed, "a neighbour without dst or state");
            }
        }
    }
}
