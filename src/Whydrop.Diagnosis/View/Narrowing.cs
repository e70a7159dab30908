using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Datagrams with DF set that were too large for something on their way: known device, known place, or only the step in size.</summary>
/// <param name="device">The device they do not fit through; null when nothing says which.</param>
/// <param name="seen">The losses were placed at it: seen before, proven absent after. False: it only fits.</param>
/// <param name="losses">Lost transmissions above its MTU, or above the step.</param>
/// <param name="steps">The steps in size they belong to; empty when sizes were not collected.</param>
/// <param name="others">Other devices that fit as well.</param>
internal sealed class Narrowing(
    CaseView view, Scope scope, NetworkInterface? device, bool seen, IReadOnlyList<Loss> losses, IReadOnlyList<SizeStep> steps,
    IReadOnlyList<NetworkInterface> others) : Hypothesis(view, scope)
{
    internal NetworkInterface? Device { get; } = device;

    internal IReadOnlyList<SizeStep> Steps { get; } = steps;

    internal IReadOnlyList<NetworkInterface> Others { get; } = others;

    internal override IReadOnlyList<Loss> Losses { get; } = losses;

    internal override bool Placed => seen;

    /// <summary>Placed losses: those seen to die at the device.</summary>
    internal IEnumerable<Loss> SeenToDie => Device is null ? [] : Losses.Where(l => l.Placement is { AbsenceProven: true });

    /// <summary>Smallest of the lost datagrams, IP bytes; 0 when none is known.</summary>
    internal int SmallestLost { get; } = losses.Min(l => l.DatagramLength) ?? 0;

    /// <summary>Largest datagram known to have passed; 0 when none is known.</summary>
    internal int LargestPassed => Math.Max(
        Steps.Select(s => s.LargestDelivered).DefaultIfEmpty().Max(),
        Losses.Select(l => l.Placement?.LargestPassed ?? 0).Where(passed => passed < SmallestLost).DefaultIfEmpty().Max());

    /// <summary>Path MTU discovery did its work: the bytes went through in smaller datagrams at once.</summary>
    internal bool DiscoveryWorked { get; } = losses.Count > 0 && (losses.All(view.Heeded.Contains) || SizeStep.Worked(losses));

    /// <summary>Network namespaces that could have counted the drop.</summary>
    internal IEnumerable<VantagePoint> Stacks => Device is not null
        ? [Device.At.Stack]
        : Losses.Select(l => l.Direction).Distinct().SelectMany(View.Devices.StacksOnPath).Distinct();

    /// <summary>"1450 > 1440, DF".</summary>
    internal string Arithmetic => Device?.Mtu is { } mtu ? $"{SmallestLost} > {mtu}, DF" : $"{SmallestLost} lost, {LargestPassed} passed, DF";
}
