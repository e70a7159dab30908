namespace Whydrop.Report.Terminal;

/// <summary>What the place that a report is written to can show.</summary>
/// <param name="Width">Columns; lines are wrapped there, 40 at least.</param>
/// <param name="Colour">Escape sequences may be used.</param>
/// <param name="Interactive">A terminal, not a pipe or file: in a pipe each of the first five lines stays one line, so that "head -5" gets them.</param>
/// <param name="Unicode">Arrows and marks beyond ASCII may be used.</param>
public readonly record struct Screen(int Width, bool Colour, bool Interactive, bool Unicode);
