using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>A fault whose questions are asked of one kind of hypothesis.</summary>
internal abstract class FaultOf<T> : Fault
    where T : Hypothesis
{
    private IReadOnlyList<QuestionOf<T>>? asked;

    /// <inheritdoc />
    public override IReadOnlyList<Question> Questions => Asked;

    private IReadOnlyList<QuestionOf<T>> Asked => asked ??= [.. Ask().OrderBy(q => q.Role switch
    {
        QuestionRole.Signature => 0,
        QuestionRole.Mechanism => 0,
        QuestionRole.Discriminator => 1,
        _ => 2,
    })];

    /// <summary>The questions, signature first.</summary>
    protected abstract IEnumerable<QuestionOf<T>> Ask();

    /// <summary>The scopes this case gives a reason to look at.</summary>
    protected abstract IEnumerable<T> Propose(CaseView view);

    /// <summary>One sentence with the figures of the case, when it is not ruled out.</summary>
    protected abstract string Summarise(T hypothesis);

    /// <summary>What to do here.</summary>
    protected virtual string RemedyFor(T hypothesis) => Remedy;

    /// <summary>How to see here that it helped.</summary>
    protected virtual string VerifyFor(T hypothesis) => Verify;

    /// <summary>What would decide it, when it is not confirmed.</summary>
    protected virtual IEnumerable<NextEvidence> Next(T hypothesis) => [];

    /// <summary>What would tell its cause, when it is confirmed and is itself the effect of something; nothing for most.</summary>
    protected virtual IEnumerable<NextEvidence> CauseOf(T hypothesis) => [];

    /// <inheritdoc />
    internal override IEnumerable<Judgement> Judge(CaseView view)
    {
        foreach (var hypothesis in Propose(view))
        {
            var readings = Asked.Select(q => q.Ask(hypothesis)).ToArray();
            var status = Conclude(readings, hypothesis.Placed);
            var ruledOut = status == VerdictStatus.RuledOut;
            if (ruledOut && !hypothesis.MayBeRuledOut)
            {
                continue;
            }

            var losses = ruledOut ? [] : hypothesis.Losses;
            var covered = ruledOut ? new HashSet<int>() : hypothesis.Connections;
            var troubled = covered.Where(view.Troubled.Contains).ToHashSet();
            var verdict = new Verdict(
                this, status, hypothesis.Scope, ruledOut ? Contradiction(readings) : Summarise(hypothesis),
                new Explains(losses.Count, view.LostSegments, losses.Sum(l => (long)l.Length)) { Connections = troubled.Count, OfConnections = view.Troubles.Count }, readings,
                RemedyFor(hypothesis), VerifyFor(hypothesis))
            {
                Frames = ruledOut ? [] : Frames(hypothesis, losses),
            };
            var open = Asked.Zip(readings).Where(a => a.Second.Answer == Answer.Unknown).SelectMany(a => a.First.Collect?.Invoke(hypothesis) ?? []);
            NextEvidence[] next = status switch { VerdictStatus.Confirmed => [.. CauseOf(hypothesis), .. open], VerdictStatus.RuledOut => [], _ => [.. Next(hypothesis), .. open] };
            yield return new Judgement(verdict, losses, next) { Connections = troubled, Worsened = ruledOut ? 0 : hypothesis.Worsened.Count };
        }
    }

    /// <summary>From answers to a status.</summary>
    internal static VerdictStatus Conclude(IReadOnlyCollection<Reading> readings, bool placed)
    {
        bool Has(QuestionRole role, Answer answer) => readings.Any(r => r.Question.Role == role && r.Answer == answer);

        if (Has(QuestionRole.Signature, Answer.No) || Has(QuestionRole.Mechanism, Answer.No))
        {
            return VerdictStatus.RuledOut;
        }

        if (Has(QuestionRole.Signature, Answer.Unknown))
        {
            return VerdictStatus.Undecided;
        }

        if (Has(QuestionRole.Discriminator, Answer.No))
        {
            return VerdictStatus.Contested;
        }

        var seen = Has(QuestionRole.Mechanism, Answer.Yes) && !Has(QuestionRole.Mechanism, Answer.Unknown);
        return seen && placed && !Has(QuestionRole.Discriminator, Answer.Unknown) ? VerdictStatus.Confirmed : VerdictStatus.Suspected;
    }

    // A reader looks up a few frames; the ledger has the count.
    private const int MostFrames = 48;

    private static Provenance[] Frames(T hypothesis, IEnumerable<Loss> losses) =>
    [
        .. losses.Select(l => l.From).Concat(hypothesis.Attempts.SelectMany(a => a.Frames)).Concat(hypothesis.Resets.Select(r => r.From)).Concat(hypothesis.Stalls.Select(s => s.From))
            .Where(f => f.Frame is not null).Take(MostFrames),
    ];

    private static string Contradiction(IEnumerable<Reading> readings)
    {
        var no = readings.First(r => r.Answer == Answer.No && (r.Question.Role is QuestionRole.Signature or QuestionRole.Mechanism));
        return $"{no.Question.Text} No: {no.Text}.";
    }
}
