using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Settings;

/// <summary>
/// One file of /proc/sys, copied as it is. It holds nothing but a value: only the path inside the case, or the path that the text names before it, says of what.
/// </summary>
public sealed class SysctlFileReader : Reader
{
    private const int MostLines = 8;

    /// <inheritdoc />
    public override string Id => "proc-sys";

    /// <inheritdoc />
    public override string Reads => "single files below proc/sys/: one kernel setting each, known by their path";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        SysctlKey.OfPath(sample.Path) is not null && sample.Lines.Count is > 0 and <= MostLines ? 99 : 0;

    private protected override void Read(TextFile file, Findings findings)
    {
        if (SysctlKey.OfPath(file.Subject) is { } key && file.Lines.Count > 0)
        {
            findings.Add(new Sysctl(findings.At, findings.From(file.Lines[0].Number), key, SysctlKey.Fold(string.Join(' ', file.Lines.Take(MostLines).Select(l => l.Text)))));
        }
    }
}
