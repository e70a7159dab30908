namespace Whydrop.Readers.Tests;

/// <summary>A test on public dumps that stand beside the repository, skipped with a message where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (Corpus.Dumps is null)
        {
            Skip = "no folder shared/corpus/dumps beside the repository";
        }
    }
}
