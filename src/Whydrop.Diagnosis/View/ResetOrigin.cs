namespace Whydrop.Diagnosis.View;

/// <summary>Whether RSTs come from whom they name, as several faults ask it.</summary>
internal static class ResetOrigin
{
    /// <summary>They were seen to leave the network namespace of their claimed sender. No: a place nearer to it never saw them.</summary>
    internal static IEnumerable<Sighting> CameFromSender(IEnumerable<ConnectionReset> resets) => resets.Where(r => r.LeftSender != Answer.Unknown).Select(r => r.LeftSender == Answer.Yes
        ? Sighting.Of(true, $"seen leaving at {r.Segment.At}", r.From)
        : Sighting.Of(false, $"seen at {r.Segment.At}, never at {r.Birth!.NotSeenAt}", r.From, r.Birth.From));

    /// <summary>They have the TTL of the other packets of their claimed sender, or were seen to leave it.</summary>
    internal static IEnumerable<Sighting> LookGenuine(IEnumerable<ConnectionReset> resets) => resets.Where(r => r.TtlAgrees != Answer.Unknown || r.LeftSender == Answer.Yes)
        .Select(r => Sighting.Of(
            r.TtlAgrees != Answer.No, r.TtlAgrees == Answer.Unknown ? "seen leaving the sender itself" : $"TTL {r.Segment.Ttl}, of its other packets {r.UsualTtl}", r.From));
}
