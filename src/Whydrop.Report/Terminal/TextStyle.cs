namespace Whydrop.Report.Terminal;

/// <summary>How a piece of text stands out on a terminal that shows colour.</summary>
internal enum TextStyle
{
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Doubtful,
    Heading,
}
