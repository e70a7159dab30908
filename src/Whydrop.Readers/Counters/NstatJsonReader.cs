using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>"nstat --json": values or increments, told apart as <see cref="NstatReader"/> does.</summary>
public sealed class NstatJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "nstat-json";

    /// <inheritdoc />
    public override string Reads => "nstat --json [-a] [-z]: protocol counters, or their increments since the last call";

    private protected override bool Fits(string start) => start.StartsWith("{\"kernel\":{\"", StringComparison.Ordinal);

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var kernel in items.Select(i => i["kernel"]))
        {
            var entries = new NstatEntries();
            foreach (var (key, item) in kernel.Members)
            {
                if (CounterGroups.Split(key) is { } name && Words.Number(item.Text) is { } value)
                {
                    entries.Add(item.Line, name.Group, name.Name, value);
                }
                else
                {
                    findings.Gap(item.Line, GapKind.Unsupported, $"nstat: {Findings.Quote(key)} is no counter of a known group");
                }
            }

            entries.WriteTo(findings, file.Command);
        }
    }
}
