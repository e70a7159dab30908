namespace Whydrop.Diagnosis.Comparison;

/// <summary>Whether a remedy worked.</summary>
public enum Cure
{
    /// <summary>The symptom is there as before, or rarer and still there.</summary>
    NotCured,

    /// <summary>Nothing decides it: it was watched too shortly, under less load, or the symptom was not seen before.</summary>
    CannotTell,

    /// <summary>The symptom did not come again in a time in which it would have.</summary>
    Cured,
}
