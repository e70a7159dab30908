using System.Globalization;
using Whydrop.Evidence;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Whydrop.Case.Description;

/// <summary>Reads case.yaml. What it does not know becomes a gap that names the line; the rest holds.</summary>
internal sealed class DescriptionReader
{
    private const int MostGaps = 50;

    private readonly string path;
    private readonly List<Gap> gaps = [];
    private readonly List<VantageRule> vantages = [];
    private readonly List<string> topology = [];
    private Complaint? complaint;

    private DescriptionReader(string path) => this.path = path;

    public static CaseDescription Read(string path, TextReader text)
    {
        var reader = new DescriptionReader(path);
        reader.Read(text);
        return new CaseDescription(reader.complaint, reader.vantages, reader.topology, reader.gaps);
    }

    private void Read(TextReader text)
    {
        try
        {
            var content = text.ReadToEnd();
            CheckDepth(content);
            var yaml = new YamlStream();
            yaml.Load(new StringReader(content));
            if (yaml.Documents.Count == 0)
            {
                return;
            }

            foreach (var (key, value) in Map(yaml.Documents[0].RootNode, "case.yaml"))
            {
                switch (key.Value)
                {
                    case "complaint":
                        ReadComplaint(value);
                        break;
                    case "vantages":
                        ReadVantages(value);
                        break;
                    case "topology":
                        ReadTopology(value);
                        break;
                    default:
                        Tell(key, GapKind.Unsupported, $"unknown key \"{Shown(key)}\" (known: complaint, vantages, topology)");
                        break;
                }
            }
        }
        catch (YamlException e)
        {
            gaps.Add(new Gap(VantagePoint.Unknown, new Provenance(path, Line: (long)e.Start.Line), GapKind.Malformed, $"not YAML: {e.Message.ReplaceLineEndings(" ")}"));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or NullReferenceException or IndexOutOfRangeException)
        {
            // The scanner of YamlDotNet answers some broken texts with these instead of a YamlException, without a position.
            gaps.Add(new Gap(VantagePoint.Unknown, new Provenance(path), GapKind.Malformed, "not YAML"));
        }
    }

    /// <summary>The tree of nodes is built by recursion: a text of a million brackets would end the process.</summary>
    private static void CheckDepth(string content)
    {
        const int deepest = 32;
        var depth = 0;
        var parser = new Parser(new StringReader(content));
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > deepest)
            {
                throw new YamlException(parser.Current.Start, parser.Current.End, $"nested deeper than {deepest}");
            }
        }
    }

    private void ReadComplaint(YamlNode node)
    {
        string? flow = null;
        Timestamp? time = null;
        TimeSpan? threshold = null;
        foreach (var (key, value) in Map(node, "complaint"))
        {
            var text = Scalar(value);
            switch (key.Value)
            {
                case "flow":
                    flow = text;
                    break;
                case "time" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment):
                    time = new Timestamp((moment - DateTimeOffset.UnixEpoch).Ticks * 100);
                    break;
                case "threshold" when Duration.TryParse(text, out var duration):
                    threshold = duration;
                    break;
                case "time" or "threshold":
                    Tell(value, GapKind.Malformed, $"complaint.{key.Value}: \"{Shown(value)}\" is no {(key.Value == "time" ? "RFC 3339 time" : "duration such as 200ms or 5s")}");
                    break;
                default:
                    Tell(key, GapKind.Unsupported, $"unknown key \"complaint.{Shown(key)}\" (known: flow, time, threshold)");
                    break;
            }
        }

        complaint = new Complaint(flow, time, threshold);
    }

    // A list of { files, node, … }, or a mapping from glob to { node, … }.
    private void ReadVantages(YamlNode node)
    {
        if (node is YamlSequenceNode list)
        {
            foreach (var item in list)
            {
                ReadVantage(null, item);
            }
        }
        else
        {
            foreach (var (key, value) in Map(node, "vantages"))
            {
                ReadVantage(key.Value, value);
            }
        }
    }

    private void ReadVantage(string? glob, YamlNode node)
    {
        string? name = null, netns = null, device = null;
        TimeSpan? zone = null;
        foreach (var (key, value) in Map(node, "vantages"))
        {
            switch (key.Value)
            {
                case "files" or "glob" when glob is null:
                    glob = Scalar(value);
                    break;
                case "node":
                    name = Scalar(value);
                    break;
                case "netns":
                    netns = Scalar(value);
                    break;
                case "interface":
                    device = Scalar(value);
                    break;
                case "zone":
                    zone = Zone(value);
                    break;
                case "clock":
                    Tell(key, GapKind.Unsupported, "vantages.clock is not applied: clock offsets between captures are measured from the packets themselves");
                    break;
                default:
                    Tell(key, GapKind.Unsupported, $"unknown key \"vantages.{Shown(key)}\" (known: files, node, netns, interface, zone)");
                    break;
            }
        }

        if (glob is null)
        {
            Tell(node, GapKind.Malformed, "an entry of vantages names no files");
            return;
        }

        vantages.Add(new VantageRule(glob, name, netns, device) { Zone = zone });
    }

    // "UTC" or an offset: the abbreviation of a zone stands for several, and its name for two offsets a year.
    private TimeSpan? Zone(YamlNode value)
    {
        var text = Scalar(value);
        if (text is "UTC" or "GMT" or "Z")
        {
            return TimeSpan.Zero;
        }

        if (text is ['+' or '-', ..] && TimeSpan.TryParseExact(text[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var offset) && offset <= TimeSpan.FromHours(14))
        {
            return text[0] == '-' ? -offset : offset;
        }

        Tell(value, GapKind.Malformed, $"vantages.zone: \"{Shown(value)}\" is neither UTC nor an offset such as +02:00");
        return null;
    }

    private void ReadTopology(YamlNode node)
    {
        if (node is not YamlSequenceNode list)
        {
            Tell(node, GapKind.Malformed, "topology is a list of places in the order packets pass them, such as node-a/eth0");
            return;
        }

        foreach (var item in list)
        {
            if (Scalar(item) is { Length: > 0 } place)
            {
                topology.Add(place);
            }
        }
    }

    private IEnumerable<(YamlScalarNode Key, YamlNode Value)> Map(YamlNode node, string what)
    {
        if (node is not YamlMappingNode mapping)
        {
            if (node is not YamlScalarNode { Value: null or "" })
            {
                Tell(node, GapKind.Malformed, $"{what} is no mapping of keys to values");
            }

            yield break;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode scalar)
            {
                yield return (scalar, value);
            }
            else
            {
                Tell(key, GapKind.Malformed, $"a key of {what} is no plain text");
            }
        }
    }

    private string? Scalar(YamlNode node)
    {
        if (node is YamlScalarNode scalar)
        {
            return string.IsNullOrEmpty(scalar.Value) ? null : Opening.ArchiveName.Printable(scalar.Value);
        }

        Tell(node, GapKind.Malformed, "a plain value is expected here");
        return null;
    }

    private void Tell(YamlNode at, GapKind kind, string reason)
    {
        if (gaps.Count < MostGaps)
        {
            gaps.Add(new Gap(VantagePoint.Unknown, new Provenance(path, Line: (long)at.Start.Line), kind, reason));
        }
    }

    private static string Shown(YamlNode node)
    {
        var text = Opening.ArchiveName.Printable((node as YamlScalarNode)?.Value ?? "…");
        return text.Length <= 40 ? text : text[..39] + "…";
    }
}
