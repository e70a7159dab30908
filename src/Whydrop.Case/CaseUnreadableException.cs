namespace Whydrop.Case;

/// <summary>A path that was named as a case cannot be opened at all. The message is one line: what, where, what to do.</summary>
public sealed class CaseUnreadableException : Exception
{
    /// <summary>States the reason.</summary>
    /// <param name="message">One line.</param>
    /// <param name="missing">Nothing exists at the path: the command line is wrong, not the machine.</param>
    /// <param name="cause">The system's own error.</param>
    public CaseUnreadableException(string message, bool missing, Exception? cause = null)
        : base(message, cause) => Missing = missing;

    /// <summary>Nothing exists at the path.</summary>
    public bool Missing { get; }
}
