namespace Whydrop.Diagnosis.View;

/// <summary>Transmissions of the other direction of a connection that were sent again although no place misses them: what acknowledges them vanished.</summary>
internal static class SentAgain
{
    /// <summary>Those of the connections whose packets vanished in the given directions; of a connection that lost both ways none.</summary>
    internal static IEnumerable<Loss> For(CaseView view, IReadOnlySet<DirectionKey> vanished) => view.Losses.Where(l =>
        l.MissingAt is null && !vanished.Contains(l.Direction) && vanished.Contains(l.Direction with { FromClient = !l.Direction.FromClient }));
}
