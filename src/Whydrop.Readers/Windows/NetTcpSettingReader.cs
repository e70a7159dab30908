using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Windows;

/// <summary>
/// "Get-NetTCPSetting" of Windows PowerShell as a list: one block for each template. Connections use the template "Internet" unless a filter says otherwise
/// (New-NetTransportFilter): its settings stand also under the names that Linux has for them.
/// </summary>
public sealed class NetTcpSettingReader : Reader
{
    private const string Template = "SettingName";
    private const string InUse = "Internet";

    /// <inheritdoc />
    public override string Id => "get-nettcpsetting";

    /// <inheritdoc />
    public override string Reads => "Get-NetTCPSetting of Windows PowerShell, as a list: TCP templates";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsTemplate) ? 96 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsTemplate(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        string? template = null;
        (int Line, long Value)? firstPort = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (WindowsSetting.Pair(line.Text) is not { } pair)
            {
                findings.NotUnderstood(line.Number, line.Text, "Get-NetTCPSetting");
                continue;
            }

            if (pair.Name == Template)
            {
                (template, firstPort) = (pair.Value, null);
            }
            else if (template is not null)
            {
                // "InitialCongestionWindow(MSS)": the unit belongs to the name.
                WindowsSetting.Add(findings, line.Number, template, pair.Name, pair.Value);
                if (template == InUse)
                {
                    WindowsSetting.AddTwin(findings, line.Number, pair.Name, pair.Value);
                    firstPort = Ports(line, pair, firstPort, findings);
                }
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "Get-NetTCPSetting, before the name of a template");
            }
        }
    }

    // Two lines, first port and how many, are one range.
    private static (int Line, long Value)? Ports(TextLine line, (string Name, string Value) pair, (int Line, long Value)? first, Findings findings)
    {
        if (pair.Name == "DynamicPortRangeStartPort" && Words.Number(pair.Value) is { } start)
        {
            return (line.Number, start);
        }

        if (pair.Name == "DynamicPortRangeNumberOfPorts" && first is { } from && Words.Number(pair.Value) is > 0 and <= 65_536 and var count)
        {
            findings.Add(new Sysctl(findings.At, findings.From(from.Line), "net.ipv4.ip_local_port_range", $"{from.Value} {from.Value + count - 1}"));
        }

        return first;
    }

    private static bool IsTemplate(string line) => line.StartsWith(Template, StringComparison.Ordinal) && WindowsSetting.Pair(line) is { Name: Template, Value.Length: > 0 };
}
