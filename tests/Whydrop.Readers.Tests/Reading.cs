using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Tests;

/// <summary>Reads a literal text the way a case does, and hands out its facts.</summary>
internal sealed class Reading
{
    private Reading(ReadResult result) => Result = result;

    public ReadResult Result { get; }

    public IReadOnlyList<Gap> Gaps => Result.Gaps;

    public static Reading Of(string text, string path = "node-a/dump.txt") => Of(TextFile.FromText(path, text));

    public static Reading Of(TextFile file) => new(ReaderCatalogue.Read(file, new VantagePoint("node-a")));

    public IReadOnlyList<T> All<T>() where T : Fact => [.. Result.Facts.OfType<T>()];

    public NetworkInterface Link(string name) => Assert.Single(All<NetworkInterface>(), i => i.At.Interface == name);

    public long Value(string counter, string? device = null) =>
        Assert.Single(All<Counter>(), c => c.Name == counter && c.At.Interface == device).Value;

    public bool Has(string counter, string? device = null) => All<Counter>().Any(c => c.Name == counter && c.At.Interface == device);

    public CounterSection Section(string group, string? device = null) =>
        Assert.Single(All<CounterSection>(), s => s.Group == group && s.At.Interface == device);

    public Reading WithoutGaps()
    {
        Assert.Empty(Gaps.Select(g => $"{g.From}: {g.Reason}"));
        return this;
    }
}
