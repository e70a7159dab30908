using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Injectors;

/// <summary>A firewall that drops the ICMP messages of path MTU discovery: type 3 code 4 (RFC 1191) and ICMPv6 type 2 (RFC 8201).</summary>
/// <param name="where">Where the rule stands.</param>
/// <param name="leaving">True: messages that the host itself sends; false: messages that it forwards.</param>
public sealed class TooBigFilter(NetworkNamespace where, bool leaving) : IInjector
{
    public string What => $"{where.Label} drops ICMP \"fragmentation needed\" and \"packet too big\" that it {(leaving ? "sends" : "forwards")}";

    public void Inject() =>
        where.Feed(
            $$"""
            table inet cloud-firewall {
              chain icmp-filter {
                type filter hook {{(leaving ? "output" : "forward")}} priority filter; policy accept;
                icmp type destination-unreachable icmp code frag-needed counter drop
                icmpv6 type packet-too-big counter drop
              }
            }
            """,
            "nft",
            "-f",
            "-");
}
