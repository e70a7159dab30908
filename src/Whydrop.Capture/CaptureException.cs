namespace Whydrop.Capture;

/// <summary>A capture cannot be opened. The message is one line: what, where, what to do.</summary>
public sealed class CaptureException : Exception
{
    /// <summary>Makes an exception with a one-line message.</summary>
    /// <param name="message">What, where, what to do.</param>
    public CaptureException(string message) : base(message) { }

    /// <summary>Makes an exception with a one-line message and its cause.</summary>
    /// <param name="message">What, where, what to do.</param>
    /// <param name="innerException">What the system reported.</param>
    public CaptureException(string message, Exception innerException) : base(message, innerException) { }
}
