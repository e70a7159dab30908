namespace Whydrop.Diagnosis.Statistics;

/// <summary>
/// The rank sum of a sample from a population of which most members are tied. Its distribution is then that of the few that are not, skewed and in
/// coarse steps, and no normal curve: it is counted out, as draws without replacement from those below the tie, in it and above it.
/// </summary>
/// <param name="Below">Members smaller than the tied ones.</param>
/// <param name="Tied">Members that are tied.</param>
/// <param name="Above">Members larger than the tied ones.</param>
internal readonly record struct TiedRanks(long Below, long Tied, long Above)
{
    /// <summary>Members outside the tie that a sample holds at most before the rest of the tail is less than any p-value that matters.</summary>
    private const long MostDrawn = 300;

    private long All => Below + Tied + Above;

    /// <summary>How many members outside the tie a sample of that size is expected to hold.</summary>
    internal double ExpectedOutside(long sample) => (double)sample * (Below + Above) / All;

    /// <summary>Two-sided p-value, twice the smaller tail, of a sample with so many members below and above the tie.</summary>
    internal double TwoSided(long sample, long below, long above)
    {
        var seen = Score(below, above);
        double low = 0, high = 0;
        var whole = Combinatorics.LogChoose(All, sample);
        for (var b = 0L; b <= Math.Min(Math.Min(sample, Below), MostDrawn); b++)
        {
            for (var a = 0L; a <= Math.Min(Math.Min(sample - b, Above), MostDrawn); a++)
            {
                var chance = Math.Exp(Combinatorics.LogChoose(Below, b) + Combinatorics.LogChoose(Above, a) + Combinatorics.LogChoose(Tied, sample - b - a) - whole);
                var score = Score(b, a);
                low += score <= seen ? chance : 0;
                high += score >= seen ? chance : 0;
            }
        }

        return Math.Min(1, 2 * Math.Min(low, high));
    }

    /// <summary>Rank sum less that of a sample from the tie alone, doubled so that it is whole: mid-ranks lie on halves.</summary>
    private long Score(long below, long above) => above * (Tied + Above) - below * (Below + Tied);
}
