namespace Whydrop.Capture;

/// <summary>Compressed data asks for more memory than is given to it.</summary>
internal sealed class DecompressionLimitException(string message) : IOException(message);
