using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>A wording that says something. Named groups of the pattern become details.</summary>
/// <param name="Kind">As <see cref="Whydrop.Evidence.Stack.LogEvent.Kind"/>; with "{state}" the text of that group in lower case is put in.</param>
/// <param name="Keyword">Text that every line of this wording holds, in any case: the pattern is only tried on those.</param>
/// <param name="Pattern">The wording.</param>
/// <param name="Subject">Name of the group that says what it is about.</param>
internal sealed record LogPhrase(string Kind, string Keyword, Regex Pattern, string? Subject = null);
