namespace Whydrop.Lab.Workloads;

/// <summary>What the server does with a request.</summary>
public enum ServerAct : byte
{
    /// <summary>Answers and waits for the next.</summary>
    Answer,

    /// <summary>Answers and closes (FIN).</summary>
    AnswerAndClose,

    /// <summary>Answers and resets (close with unread data, or SO_LINGER 0).</summary>
    AnswerAndReset,

    /// <summary>Resets the connection instead of answering.</summary>
    Reset,

    /// <summary>Never answers.</summary>
    Ignore,

    /// <summary>Reads the header only and closes (close(2) with unread data).</summary>
    CloseUnread,
}
