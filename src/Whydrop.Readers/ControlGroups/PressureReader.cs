using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.ControlGroups;

/// <summary>
/// /proc/pressure/* and the *.pressure files of control groups (Documentation/accounting/psi.rst). Their lines do not say of which resource: the file's
/// name, a heading, the command or "file:" before the line must.
/// </summary>
public sealed class PressureReader : Reader
{
    private static readonly string[] Resources = ["cpu", "memory", "io", "irq"];

    /// <inheritdoc />
    public override string Id => "pressure";

    /// <inheritdoc />
    public override string Reads => "/proc/pressure/cpu, memory, io, irq, and cpu.pressure, memory.pressure, … of control groups: share of time that tasks stalled";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(l => IsPressure(l) || Prefixed(l) is not null, 96);

    /// <inheritdoc />
    public override bool Opens(string line) => IsPressure(line) || Prefixed(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        var named = Named(file);
        var inTurn = named is null && file.Command is { } command && new Words(command).Last.TrimEnd('*').EndsWith("pressure/", StringComparison.Ordinal) ? InTurn(file) : [];
        var turn = 0;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (Prefixed(line.Text) is { } prefixed)
            {
                Write(prefixed.Text, prefixed.File, line, findings);
            }
            else if (!IsPressure(line.Text))
            {
                findings.NotUnderstood(line.Number, line.Text, "pressure");
            }
            else if (named is not null)
            {
                Write(line.Text, named, line, findings);
            }
            else if (turn < inTurn.Count)
            {
                Write(line.Text, inTurn[turn++], line, findings);
            }
            else
            {
                findings.Gap(line.Number, GapKind.Unsupported, "pressure of which resource is not told: keep the file's name (grep . /proc/pressure/*)");
            }
        }
    }

    /// <summary>Reads one line of a file whose name is known.</summary>
    internal static void Write(string text, ControlGroupFile file, TextLine line, Findings findings)
    {
        var words = new Words(text);
        if (!IsPressure(text) || Share(words[1]) is not { } ten || Share(words[2]) is not { } sixty || Share(words[3]) is not { } threeHundred
            || words[4] is not ['t', 'o', 't', 'a', 'l', '=', ..] || Words.Number(words[4][6..]) is not { } total)
        {
            findings.Gap(line.Number, GapKind.Truncated, $"{file.Name}: no pressure line: {Findings.Quote(text)}");
            return;
        }

        // /proc/pressure is of the machine, whatever the namespace it was read in.
        var at = !file.Name.Contains('.') ? findings.At with { Netns = null } : findings.At;
        var stalled = TimeSpan.FromTicks(Math.Min(total, TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond);
        findings.Add(new Pressure(at, findings.From(line.Number), file.Name.Split('.')[0], words[0] == "full", ten, sixty, threeHundred, stalled) { ControlGroup = file.Group });
    }

    // "cat /proc/pressure/*" prints the files by name; a "some" line begins the next, and irq has "full" only.
    private static List<ControlGroupFile> InTurn(TextFile file)
    {
        var lines = file.Lines.Where(l => IsPressure(l.Text)).Select(l => l.Text.StartsWith("some", StringComparison.Ordinal)).ToList();
        string[] order = lines switch
        {
            [true, false, true, false, true, false] => ["cpu", "cpu", "io", "io", "memory", "memory"],
            [true, false, true, false, false, true, false] => ["cpu", "cpu", "io", "io", "irq", "memory", "memory"],
            [true, true, false, true, false] => ["cpu", "io", "io", "memory", "memory"],
            _ => [],
        };
        return [.. order.Select(r => new ControlGroupFile(r, "/"))];
    }

    private static ControlGroupFile? Named(TextFile file)
    {
        if (OfPath(file.Subject) is { } subject)
        {
            return subject;
        }

        if (file.Command is { } command && OfPath(new Words(command).Last) is { } shown)
        {
            return shown;
        }

        // "pressure-cpu.txt", "psi_memory": the only resource in the name of the copy.
        var name = file.Path[(file.Path.LastIndexOf('/') + 1)..].ToLowerInvariant().Split('.', '-', '_', ' ');
        return Resources.Where(r => name.Contains(r)).ToList() is [var one] ? new ControlGroupFile(one, null) : null;
    }

    private static ControlGroupFile? OfPath(string path)
    {
        if (ControlGroupFile.OfCopy(path) is { } file)
        {
            return file.IsPressure ? file : null;
        }

        var parts = path.Split('/');
        return parts is [.., "pressure", var resource] && Array.IndexOf(Resources, resource) >= 0 ? new ControlGroupFile(resource, "/") : null;
    }

    // "/proc/pressure/cpu:some avg10=…"; "cpu.pressure:some …" is read with the other files of its control group.
    private static (ControlGroupFile File, string Text)? Prefixed(string line)
    {
        var colon = line.IndexOf(':');
        return colon > 0 && colon < 300 && IsPressure(line[(colon + 1)..]) && (OfPath(line[..colon]) ?? Bare(line[..colon])) is { } file ? (file, line[(colon + 1)..]) : null;
    }

    private static ControlGroupFile? Bare(string name) => Array.IndexOf(Resources, name) >= 0 ? new ControlGroupFile(name, "/") : null;

    private static bool IsPressure(string line) => line.StartsWith("some avg10=", StringComparison.Ordinal) || line.StartsWith("full avg10=", StringComparison.Ordinal);

    // "avg10=0.12"
    private static double? Share(string word) =>
        word.IndexOf('=') is var equals and > 0 && double.TryParse(word.AsSpan(equals + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) ? share : null;
}
