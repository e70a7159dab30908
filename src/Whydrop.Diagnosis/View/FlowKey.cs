namespace Whydrop.Diagnosis.View;

/// <summary>One connection in one capture.</summary>
/// <param name="Flow">Its number there; <see cref="Unseen"/> when the capture saw nothing of it.</param>
internal readonly record struct FlowKey(int Capture, int Flow)
{
    /// <summary>The number of no connection.</summary>
    internal const int Unseen = -1;
}
