using System.Net;

namespace Whydrop.Evidence.Capture;

/// <summary>IP fragments between two addresses in one capture.</summary>
/// <param name="Datagrams">Fragmented datagrams seen.</param>
/// <param name="Complete">Of these, all pieces seen.</param>
/// <param name="MissingFirst">Of these, the first fragment is missing.</param>
/// <param name="MissingLater">Of these, a later fragment is missing.</param>
/// <param name="Protocol">IP protocol: 6 TCP, 17 UDP (a VXLAN or Geneve underlay too), 4 IPIP, …</param>
/// <param name="IncompleteExample">Frame of an incomplete one.</param>
public sealed record FragmentTally(
    VantagePoint At, Provenance From, int Capture, IPAddress Source, IPAddress Destination, int Protocol, long Datagrams, long Complete,
    long MissingFirst, long MissingLater, int LargestReassembled, long? IncompleteExample) : Fact(At, From);
