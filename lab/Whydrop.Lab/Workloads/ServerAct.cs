namespace Whydrop.Lab.Workloads;

/// <summary>What the server does with a request.</summary>
public enum ServerAct : byte
{
    /// <summary>Answers and waits for the next.</summary>
    Answer,

    /// <summary>Answers and closes (FIN).</summary>
    AnswerAndClose,

    /// <summary>Resets the connection instead of answering.</summary>
    Reset,

    /// <summary>Never answers.</summary>
    Ignore,
}
