using System.Globalization;
using System.Net;
using Whydrop.Evidence.Capture;

namespace Whydrop.Cli.Commands;

/// <summary>--flow: an address, address:port, or the number of a connection.</summary>
internal static class FlowFilter
{
    private const string Forms = "(such as 10.0.0.1, 10.0.0.1:443, [fd00::1]:443, 17)";

    public static Func<TcpFlow, bool> Parse(string? filter)
    {
        if (filter is null)
        {
            return _ => true;
        }

        if (int.TryParse(filter, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return f => f.Flow == number;
        }

        return End(filter) is { } end
            ? f => end(f.Client) || end(f.Server)
            : throw new UsageException($"--flow {filter}: is no address, address:port or connection number {Forms}");
    }

    /// <summary>The same, or both ends with a comma between them, in either order.</summary>
    public static Func<TcpFlow, bool> ParsePair(string? filter)
    {
        if (filter?.Split(',', StringSplitOptions.TrimEntries) is not [var one, var other])
        {
            return Parse(filter);
        }

        return End(one) is { } a && End(other) is { } b
            ? f => (a(f.Client) && b(f.Server)) || (a(f.Server) && b(f.Client))
            : throw new UsageException($"--flow {filter}: is no pair of addresses or address:port with a comma between them {Forms}");
    }

    private static Func<IPEndPoint, bool>? End(string text) =>
        IPAddress.TryParse(text, out var address) && (text.Contains('.') || text.Contains(':')) ? e => e.Address.Equals(address)
        : !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) && IPEndPoint.TryParse(text, out var end) ? e => e.Equals(end)
        : null;
}
