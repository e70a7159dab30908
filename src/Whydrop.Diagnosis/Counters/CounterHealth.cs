namespace Whydrop.Diagnosis.Counters;

/// <summary>What the value of a counter says, worst first.</summary>
public enum CounterHealth
{
    /// <summary>Outside its healthy range: something was lost, refused or given up.</summary>
    Bad,

    /// <summary>Not proof of harm by itself: read it beside the others, or read it again.</summary>
    Look,

    /// <summary>Inside its healthy range.</summary>
    Fine,

    /// <summary>A volume, a gauge or a setting: it measures work, and others are compared with it.</summary>
    Volume,

    /// <summary>No meaning is on record: its value is shown and not judged.</summary>
    Unknown,
}
