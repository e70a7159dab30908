using System.Globalization;
using System.Net;
using Whydrop.Evidence.Capture;

namespace Whydrop.Cli.Commands;

/// <summary>--flow: an address, address:port, or the number of a connection.</summary>
internal static class FlowFilter
{
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

        if (IPAddress.TryParse(filter, out var address) && (filter.Contains('.') || filter.Contains(':')))
        {
            return f => f.Client.Address.Equals(address) || f.Server.Address.Equals(address);
        }

        if (IPEndPoint.TryParse(filter, out var end))
        {
            return f => f.Client.Equals(end) || f.Server.Equals(end);
        }

        throw new UsageException($"--flow {filter}: is no address, address:port or connection number (such as 10.0.0.1, 10.0.0.1:443, [fd00::1]:443, 17)");
    }
}
