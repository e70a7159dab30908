namespace Whydrop.Case;

/// <summary>What a file of a case is, by its content.</summary>
public enum CaseFileKind
{
    /// <summary>Of no known kind; a gap says so too.</summary>
    Unrecognised,

    /// <summary>A packet capture.</summary>
    Capture,

    /// <summary>Text that a reader understood.</summary>
    Text,

    /// <summary>An archive whose files are listed on their own.</summary>
    Archive,

    /// <summary>The description of the case, case.yaml.</summary>
    Description,

    /// <summary>A link to another file of the case, which is read under its own name.</summary>
    Link,
}
