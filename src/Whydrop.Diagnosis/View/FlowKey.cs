namespace Whydrop.Diagnosis.View;

/// <summary>One connection in one capture.</summary>
internal readonly record struct FlowKey(int Capture, int Flow);
