using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Arithmetic of times.</summary>
internal static class Timestamps
{
    internal static Timestamp Add(Timestamp time, TimeSpan by) => new(time.UnixNanoseconds + (by.Ticks * 100));
}
