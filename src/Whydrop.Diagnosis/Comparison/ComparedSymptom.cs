namespace Whydrop.Diagnosis.Comparison;

/// <summary>One symptom before and after a remedy.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Before">Times it came before; what came within a second of another is the same time.</param>
/// <param name="WatchedBefore">How long it was watched before.</param>
/// <param name="After">Times it came after.</param>
/// <param name="WatchedAfter">How long it was watched after.</param>
/// <param name="LoadRatio">Load after by load before, requests or segments a second; null when not known.</param>
/// <param name="MeanBetween">Mean time between two before; null when it did not come.</param>
/// <param name="WatchNeeded">How long it has to be watched without one, under this load, to be called cured; null when it did not come before, or there was no load after.</param>
/// <param name="Chance">How likely so few after are, if nothing has changed; null as for <paramref name="WatchNeeded"/>.</param>
/// <param name="Cure">What follows.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record ComparedSymptom(
    string Name, int Before, TimeSpan WatchedBefore, int After, TimeSpan WatchedAfter, double? LoadRatio, TimeSpan? MeanBetween, TimeSpan? WatchNeeded, double? Chance, Cure Cure, string Reason);
