using System.Text.Json.Serialization;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Comparison;

namespace Whydrop.Report.Json;

// The contracts "whydrop.comparison/1", whose times are seconds, and "whydrop.cohorts/1".

internal sealed record ComparisonDocument(
    string Schema, string Version, [property: JsonConverter(typeof(KebabCaseConverter<Cure>))] Cure Outcome, string Reason, StandingElement? FaultBefore, StandingElement? FaultAfter,
    IReadOnlyList<SymptomElement> Symptoms, IReadOnlyList<GrowthElement> Counters);

internal sealed record StandingElement(string Fault, [property: JsonConverter(typeof(KebabCaseConverter<VerdictStatus>))] VerdictStatus Status, string At);

internal sealed record SymptomElement(
    string Name, int Before, double WatchedBefore, int After, double WatchedAfter, double? LoadRatio, double? MeanBetween, double? WatchNeeded, double? Chance,
    [property: JsonConverter(typeof(KebabCaseConverter<Cure>))] Cure Outcome, string Reason);

internal sealed record GrowthElement(string Where, string Name, long? Before, long? After);

internal sealed record CohortsDocument(string Schema, string Version, string Outcome, int Instances, IReadOnlyList<SplitElement> Splits);

internal sealed record SplitElement(
    IReadOnlyList<string> Attributes, int Inside, int Outside, double RateInside, double RateOutside, double Separation, double Chance, double LeastChance);
