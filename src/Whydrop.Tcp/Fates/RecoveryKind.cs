using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Fates;

/// <summary><see cref="Recovery"/> in a byte; 0 is a first transmission.</summary>
internal static class RecoveryKind
{
    public const byte None = 0;

    public static byte Of(Recovery recovery) => (byte)((int)recovery + 1);

    public static Recovery? From(byte stored) => stored == None ? null : (Recovery)(stored - 1);
}
