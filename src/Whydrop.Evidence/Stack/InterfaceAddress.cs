using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>An address on an interface.</summary>
/// <param name="Address">The address itself.</param>
/// <param name="PrefixLength">Length of its prefix in bits.</param>
public sealed record InterfaceAddress(VantagePoint At, Provenance From, IPAddress Address, int PrefixLength) : Fact(At, From);
