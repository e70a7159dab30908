using System.Text.Json;

namespace Whydrop.Tests;

/// <summary>
/// The gate of bench/allocations.json: managed bytes that one operation may allocate, on average over many. What stands there above zero is
/// paid once for a file (its ending, handles of native memory) and spread over its frames.
/// </summary>
internal static class AllocationLimit
{
    /// <summary>Fails when the operations allocated more than their entry allows.</summary>
    public static void Holds(string operation, long allocatedBytes, long operations)
    {
        var limit = Read(operation);
        Assert.True(
            allocatedBytes <= limit * operations,
            $"to {operation}: {(double)allocatedBytes / operations:0.####} bytes, more than the {limit} of bench/allocations.json ({allocatedBytes} bytes in {operations})");
    }

    private static double Read(string operation)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "bench", "allocations.json");
            if (File.Exists(file))
            {
                using var limits = JsonDocument.Parse(File.ReadAllText(file));
                return limits.RootElement.GetProperty(operation).GetDouble();
            }
        }

        throw new FileNotFoundException("bench/allocations.json is not above the tests");
    }
}
