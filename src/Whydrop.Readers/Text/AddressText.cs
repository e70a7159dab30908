using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Whydrop.Readers.Text;

/// <summary>Addresses and prefixes in the spellings of iproute2 and net-tools.</summary>
internal static class AddressText
{
    private static readonly SearchValues<char> V4Characters = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> V6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly SearchValues<char> MacCharacters = SearchValues.Create("0123456789abcdefABCDEF:");

    public static IPNetwork AnyV4 { get; } = new(IPAddress.Any, 0);

    public static IPNetwork AnyV6 { get; } = new(IPAddress.IPv6Any, 0);

    /// <summary>An address written out: four decimal parts, or with colons. Not "10.1", "1" or a name.</summary>
    public static IPAddress? Address(string? text)
    {
        if (text is null || text.Length is < 2 or > 60)
        {
            return null;
        }

        if (text.Contains(':'))
        {
            return text.AsSpan().ContainsAnyExcept(V6Characters) ? null
                : IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6 ? v6 : null;
        }

        return text.AsSpan().Count('.') == 3 && !text.AsSpan().ContainsAnyExcept(V4Characters) && IPAddress.TryParse(text, out var v4) ? v4 : null;
    }

    /// <summary>As <see cref="Address"/>, but "any", 0.0.0.0 and :: are nothing.</summary>
    public static IPAddress? Specific(string? text) =>
        Address(text) is { } address && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? address : null;

    /// <summary>Bits of an address of this family.</summary>
    public static int Bits(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    /// <summary>"address[/length]"; a missing length is a host.</summary>
    public static (IPAddress Address, int Length)? Prefix(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var slash = text.IndexOf('/');
        if (Address(slash < 0 ? text : text[..slash]) is not { } address)
        {
            return null;
        }

        var bits = Bits(address);
        if (slash < 0)
        {
            return (address, bits);
        }

        return int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bits ? (address, length) : null;
    }

    /// <summary>A prefix as a network; bits behind its length are cleared.</summary>
    public static IPNetwork? Network(string? text) => Prefix(text) is { } prefix ? Network(prefix.Address, prefix.Length) : null;

    public static IPNetwork Network(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - i * 8, 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    /// <summary>Length of a contiguous IPv4 mask, dotted or as 0xffffff00.</summary>
    public static int? MaskLength(string? mask)
    {
        uint bits;
        if (mask is not null && mask.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!uint.TryParse(mask.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bits))
            {
                return null;
            }
        }
        else if (Address(mask) is { AddressFamily: AddressFamily.InterNetwork } address)
        {
            bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        }
        else
        {
            return null;
        }

        var ones = System.Numerics.BitOperations.LeadingZeroCount(~bits);
        return ones == System.Numerics.BitOperations.PopCount(bits) ? ones : null;
    }

    /// <summary>A link-layer address with colons, in lower case; null for another form.</summary>
    public static string? Mac(string? text)
    {
        if (text is null || text.Length is < 11 or > 59 || text.AsSpan().ContainsAnyExcept(MacCharacters))
        {
            return null;
        }

        return text.AsSpan().Count(':') >= 5 ? text.ToLowerInvariant() : null;
    }
}
