namespace Whydrop.Lab.Native;

/// <summary>How much more time everything gets on an emulated processor.</summary>
internal static class Emulation
{
    /// <summary>1, or what the virtual machine sets in WHYDROP_LAB_SLOWNESS.</summary>
    public static int Slowness { get; } = int.TryParse(Environment.GetEnvironmentVariable("WHYDROP_LAB_SLOWNESS"), out var factor) && factor is > 0 and <= 20 ? factor : 1;
}
