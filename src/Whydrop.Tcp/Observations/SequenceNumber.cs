using System.Runtime.CompilerServices;

namespace Whydrop.Tcp.Observations;

/// <summary>Comparison modulo 2^32 (RFC 9293, 3.4).</summary>
internal static class SequenceNumber
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Less(uint a, uint b) => (int)(a - b) < 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LessOrEqual(uint a, uint b) => (int)(a - b) <= 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Greater(uint a, uint b) => (int)(a - b) > 0;
}
