namespace Whydrop.Journeys.Clocks;

/// <summary>One datagram seen by two clocks.</summary>
/// <param name="Order">Frame in the first file: unlike its clock, it never goes back.</param>
/// <param name="Time">Time on the first clock, nanoseconds.</param>
/// <param name="Difference">Time on the second clock minus time on the first.</param>
/// <param name="TowardsSecond">It travelled from the first clock's place to the second's: the difference is at least the offset. Otherwise at most.</param>
internal readonly record struct ClockSample(long Order, long Time, long Difference, bool TowardsSecond);
