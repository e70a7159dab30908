namespace Whydrop.Lab;

/// <summary>A parameter or scenario name that the lab does not have. The message is one line.</summary>
public sealed class LabUsageException(string message) : Exception(message);
