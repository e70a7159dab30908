using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Tests.Building;

internal static class LedgerRows
{
    public static void AreEqual(Analysed result, params (Fate Fate, long Segments, long Bytes)[] rows) => Assert.Equal(
        rows.OrderBy(r => r.Fate), result.Of<FateTally>().Select(t => (t.Fate, t.Segments, t.Bytes)).Order());
}
