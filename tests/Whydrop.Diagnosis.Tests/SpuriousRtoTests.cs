using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Tests;

/// <summary>The first copies arrived, and a timer repeated them: whether it was right depends on what became of the repetitions.</summary>
public class SpuriousRtoTests
{
    private static FactSet Repeated(bool cameTwice)
    {
        var f = new Facts().Capture(0, Facts.NodeEth0).Flow(0, Facts.NodeEth0, 50, 50_000).Tally(0, Facts.NodeEth0, Fate.RetransmittedNeedlessly, 3, 3000, 0);
        for (var i = 0; i < 3; i++)
        {
            f.Lost(0, Facts.NodeEth0, 1000, 1000, 1052, i + 2, never: false, seconds: 1 + (0.2 * Math.Pow(2, i)), fate: Fate.RetransmittedNeedlessly);
        }

        return new FactSet(f.Set.All.Select(x => x is SegmentFate s ? s with { CameTwice = cameTwice } : x));
    }

    [Fact]
    public void Named_as_come_twice_the_timer_fired_in_vain()
    {
        var first = Diagnose.Run(Repeated(cameTwice: true)).Verdicts[0];
        Assert.Equal(("spurious-rto", VerdictStatus.Suspected), (first.Fault.Id, first.Status));
    }

    [Fact]
    public void Never_named_they_may_be_lost_and_nobody_calls_that_healthy()
    {
        var diagnosis = Diagnose.Run(Repeated(cameTwice: false));
        Assert.Equal(("spurious-rto", VerdictStatus.Undecided), (diagnosis.Verdicts[0].Fault.Id, diagnosis.Verdicts[0].Status));
        Assert.Equal(Outcome.Inconclusive, diagnosis.Outcome);
    }
}
