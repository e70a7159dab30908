using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Neighbours;

/// <summary>"bridge -j fdb".</summary>
public sealed class BridgeFdbJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "bridge-fdb-json";

    /// <inheritdoc />
    public override string Reads => "bridge -j [-p] fdb: which link-layer address is behind which port or tunnel end";

    private protected override bool Fits(string start) => start.Contains("{\"mac\":\"", StringComparison.Ordinal) && start.Contains("\"state\":\"", StringComparison.Ordinal);

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var item in items)
        {
            if (AddressText.Mac(item["mac"].Text) is not { } mac)
            {
                findings.Gap(item.Line, GapKind.Malformed, "a forwarding entry without mac");
                continue;
            }

            var flags = item["flags"].Items.Select(f => f.Text).Append(item["state"].Text).Where(f => !string.IsNullOrEmpty(f));
            findings.Add(new ForwardingEntry(
                findings.On(item["ifname"].Text), findings.From(item.Line), mac, AddressText.Address(item["dst"].Text), item["port"].Number, item["vni"].Number,
                item["viaIf"].Text, item["master"].Text, item["vlan"].Number, string.Join(' ', flags)));
        }
    }
}
