namespace Whydrop.Case.Opening;

/// <summary>What all archives and folders of a case together may still bring.</summary>
internal sealed class UnpackBudget(long mostBytes, int mostFiles)
{
    private long bytes;
    private int files;

    public void TakeBytes(int count)
    {
        if ((bytes += count) > mostBytes)
        {
            throw new UnpackLimitException($"unpacks to more than {mostBytes} bytes");
        }
    }

    public void TakeFile()
    {
        if (++files > mostFiles)
        {
            throw new UnpackLimitException($"the case has more than {mostFiles} files");
        }
    }
}
