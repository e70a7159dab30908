using Whydrop.Evidence;

namespace Whydrop.Readers.Conntrack;

/// <summary>Statistics of connection tracking, summed over the CPUs: which CPU handled a packet says nothing about its connection.</summary>
internal sealed class ConntrackCounters
{
    public const string Group = "Conntrack";

    // By the names of conntrack-tools and of /proc/net/stat/nf_conntrack, of all releases: some columns were given to another figure under a new name.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["searched"] = "Searched", ["found"] = "Found", ["new"] = "New", ["invalid"] = "Invalid", ["ignore"] = "Ignore", ["delete"] = "Delete", ["delete_list"] = "DeleteList",
        ["insert"] = "Insert", ["insert_failed"] = "InsertFailed", ["drop"] = "Drop", ["early_drop"] = "EarlyDrop", ["error"] = "Error", ["icmp_error"] = "Error",
        ["search_restart"] = "SearchRestart", ["clash_resolve"] = "ClashResolve", ["clashres"] = "ClashResolve", ["chaintoolong"] = "ChainTooLong", ["chainlength"] = "ChainTooLong",
        ["expect_new"] = "ExpectNew", ["expect_create"] = "ExpectCreate", ["expect_delete"] = "ExpectDelete",
    };

    private readonly Dictionary<string, long> sums = new(StringComparer.Ordinal);
    private readonly List<string> order = [];
    private int line;

    public static bool Knows(string name) => Names.ContainsKey(name);

    public void Add(int number, string name, long value)
    {
        line = line == 0 ? number : line;
        var counter = Names[name];
        if (!sums.TryAdd(counter, value))
        {
            sums[counter] += value;
        }
        else
        {
            order.Add(counter);
        }
    }

    /// <summary>Writes the sums at the first CPU's line and begins anew.</summary>
    public void WriteTo(Findings findings)
    {
        if (order.Count > 0)
        {
            findings.Section(line, null, Group, omitsZeros: false);
        }

        foreach (var name in order)
        {
            findings.Counter(line, null, $"{Group}.{name}", sums[name]);
        }

        sums.Clear();
        order.Clear();
        line = 0;
    }
}
