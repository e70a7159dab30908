using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>A device that a network namespace had at an earlier listing, and at the last one not, or not up.</summary>
/// <param name="Before">As it was listed earlier.</param>
/// <param name="After">As it was last listed; null when it is gone.</param>
/// <param name="Listing">The last listing.</param>
internal sealed record DeviceLoss(NetworkInterface Before, NetworkInterface? After, Provenance Listing)
{
    internal VantagePoint At => Before.At;

    internal string Text => After is null ? $"{At} was listed, and is gone at the last listing" : $"{At} was up, and is {(After.Up == false ? "down" : "without carrier")} at the last listing";

    /// <summary>All devices of a case that went.</summary>
    internal static IEnumerable<DeviceLoss> All(CaseView view)
    {
        foreach (var stack in view.Facts.Of<Listing>().Where(l => l.Kind == ListingKind.Devices).GroupBy(l => l.At))
        {
            var last = stack.Max(l => l.Moment);
            if (last == stack.Min(l => l.Moment))
            {
                continue;
            }

            var moments = stack.ToLookup(l => l.From.Source, l => l.Moment);
            var devices = view.Facts.Of<NetworkInterface>().Where(i => i.At.Stack == stack.Key && moments.Contains(i.From.Source)).ToArray();
            foreach (var device in devices.GroupBy(d => d.At.Interface))
            {
                var after = device.Where(d => moments[d.From.Source].Contains(last)).ToArray();
                var before = device.FirstOrDefault(d => !moments[d.From.Source].Contains(last) && d is { Up: not false, Carrier: not false });
                var down = Array.Find(after, d => d.Up == false || d.Carrier == false);
                if (before is not null && (after.Length == 0 || down is not null))
                {
                    yield return new DeviceLoss(before, down, down?.From ?? stack.First(l => l.Moment == last).From);
                }
            }
        }
    }

    /// <summary>It was the way to that address: the own device of the namespace that owns it, the other end of that, or where its connections were captured.</summary>
    internal bool LeadsTo(CaseView view, IPAddress address, IEnumerable<VantagePoint> seenAt)
    {
        if (seenAt.Contains(At))
        {
            return true;
        }

        var owned = view.Facts.Of<InterfaceAddress>().Where(a => Ends.Same(a.Address, address)).Select(a => a.At).ToHashSet();
        return owned.Contains(At) || (Before is { PeerIndex: { } peer, Index: { } own }
            && view.Facts.Of<NetworkInterface>().Any(d => owned.Contains(d.At) && d.Index == peer && d.PeerIndex == own));
    }
}
