using System.Globalization;

namespace Whydrop.Tcp;

/// <summary>An Ethernet address seen at a <see cref="CapturePoint"/>.</summary>
public sealed class MacSighting
{
    internal MacSighting(ulong number) => Number = number;

    /// <summary>Six bytes, colon separated, lower case, as the kernel writes it.</summary>
    public string Address => string.Join(':', Enumerable.Range(0, 6).Select(i => ((Number >> (40 - (8 * i))) & 0xFF).ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>First frames of connections it sent.</summary>
    public long AsSource { get; internal set; }

    /// <summary>First frames of connections sent to it.</summary>
    public long AsDestination { get; internal set; }

    internal ulong Number { get; }
}
