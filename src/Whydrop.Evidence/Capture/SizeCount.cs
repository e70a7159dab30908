namespace Whydrop.Evidence.Capture;

/// <summary>Transmissions of one datagram size.</summary>
/// <param name="DatagramLength">IP datagram length in bytes.</param>
/// <param name="DontFragment">All of them had DF set.</param>
/// <param name="Delivered">Transmissions that reached the receiver.</param>
/// <param name="Lost">Transmissions that did not.</param>
public readonly record struct SizeCount(int DatagramLength, bool DontFragment, long Delivered, long Lost);
