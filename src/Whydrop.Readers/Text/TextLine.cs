namespace Whydrop.Readers.Text;

/// <summary>One line of a text, without its line end.</summary>
/// <param name="Number">Line number in the file, from 1.</param>
/// <param name="Text">The line, decoded, without colour codes.</param>
public readonly record struct TextLine(int Number, string Text);
