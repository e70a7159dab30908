using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Tests;

/// <summary>Dropping a kind of facts may only move verdicts towards Undecided.</summary>
public static class Weakening
{
    public static void Check(FactSet facts) => Assert.Empty(Lab.Scoring.Weakening.OfKinds(facts));
}
