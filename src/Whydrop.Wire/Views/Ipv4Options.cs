namespace Whydrop.Wire.Views;

/// <summary>Walks IPv4 options without padding; use in foreach. Stops at the end of the list or at an impossible length.</summary>
public ref struct Ipv4Options
{
    private ReadOnlySpan<byte> rest;

    internal Ipv4Options(ReadOnlySpan<byte> bytes) => rest = bytes;

    /// <summary>The option at hand.</summary>
    public Ipv4Option Current { get; private set; }

    /// <summary>The walk stopped at bytes that are no option.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Itself, for foreach.</summary>
    public readonly Ipv4Options GetEnumerator() => this;

    /// <summary>Goes to the next option.</summary>
    public bool MoveNext()
    {
        const byte EndOfList = 0;
        const byte NoOperation = 1;
        while (!rest.IsEmpty && rest[0] == NoOperation)
        {
            rest = rest[1..];
        }

        if (rest.IsEmpty || rest[0] == EndOfList)
        {
            return false;
        }

        if (rest.Length < 2 || rest[1] < 2 || rest[1] > rest.Length)
        {
            IsBroken = true;
            return false;
        }

        Current = new Ipv4Option(rest[0], rest[2..rest[1]]);
        rest = rest[rest[1]..];
        return true;
    }
}
