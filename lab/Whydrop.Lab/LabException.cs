namespace Whydrop.Lab;

/// <summary>The lab could not be built or run. The message is one line: what, where, what to do.</summary>
public sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
