namespace Whydrop.Evidence.Load;

/// <summary>One instance of a service, what it is like, and how often it shows the symptom.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Attributes">What it is like by name: "kind" is "vm" or "container", "node", "mtu", …</param>
/// <param name="Rate">Share of its requests that show the symptom, or any other figure that is larger where it is worse.</param>
public sealed record ServiceInstance(string Name, IReadOnlyDictionary<string, string> Attributes, double Rate);
