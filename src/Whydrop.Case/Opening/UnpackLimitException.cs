namespace Whydrop.Case.Opening;

/// <summary>An archive asks for more than the limits of the case allow.</summary>
internal sealed class UnpackLimitException(string message) : Exception(message);
