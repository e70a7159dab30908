using System.Net;
using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>What tells the connections that vanish between two hosts from those that pass: a port, a range of ports, an address.</summary>
/// <param name="Told">One property separates them, and no address that is merely not reached would look the same.</param>
/// <param name="ByPort">The property is a port.</param>
/// <param name="Text">In words.</param>
/// <param name="Evidence">One of each kind.</param>
internal sealed record AccessPattern(bool Told, bool ByPort, string Text, IReadOnlyList<Provenance> Evidence)
{
    // What a hash or chance would pick just so: once in twenty at most.
    private const double Coincidence = 0.05;

    /// <summary>The narrowest property that fits; null when nothing passed, or nothing is known to have vanished.</summary>
    internal static AccessPattern? Of(BetweenHosts h)
    {
        var stopped = h.Stopped.Where(c => !c.Passed).ToArray();
        var passed = h.Passed.Where(c => stopped.Any(s => (s.Encapsulation is null) == (c.Encapsulation is null))).ToArray();
        if (stopped.Length == 0 || passed.Length == 0)
        {
            return null;
        }

        var samePair = passed.Where(p => stopped.Any(s => Pair(s, p))).ToArray();
        var pattern = OfPort(stopped, samePair) ?? OfRange(stopped, samePair, c => c.To.Port, "to ports") ?? OfRange(stopped, samePair, c => c.From.Port, "from ports");
        if (pattern is not null)
        {
            return pattern;
        }

        if (samePair.Length > 0)
        {
            return new AccessPattern(false, false, "others between the same addresses and to the same port pass", samePair[0].Evidence);
        }

        // By source: the same service is reached from elsewhere.
        return passed.FirstOrDefault(p => stopped.All(s => s.To.Equals(p.To) && !s.From.Address.Equals(p.From.Address))) is { } other
            ? new AccessPattern(true, false, $"nothing of {Names(stopped, s => s.From.Address.ToString())} reaches {other.To}, {other.From.Address} does", [.. stopped[0].Evidence, .. other.Evidence])
            : new AccessPattern(false, false, $"{passed[0].From.Address} > {passed[0].To} passes; of {Names(stopped, s => $"{s.From.Address} > {s.To.Address}")} nothing on any port that was tried", [.. stopped[0].Evidence, .. passed[0].Evidence]);
    }

    private static bool Pair(Crossing a, Crossing b) => a.From.Address.Equals(b.From.Address) && a.To.Address.Equals(b.To.Address);

    /// <summary>Nothing passes between the same addresses to (or from) the service port of what vanishes.</summary>
    private static AccessPattern? OfPort(Crossing[] stopped, Crossing[] samePair)
    {
        var ports = stopped.Select(s => s.ServicePort).Distinct().ToArray();
        var toService = Array.TrueForAll(stopped, s => s.To.Port == s.ServicePort);
        if (samePair.Length == 0 || Array.Exists(samePair, p => ports.Contains(p.ServicePort)))
        {
            return null;
        }

        var chance = Chance(stopped, samePair);
        var words = toService ? "to port" : "from port";
        return new AccessPattern(
            chance <= Coincidence, true,
            string.Create(null, $"{words} {string.Join(", ", ports)} nothing passes, {words} {Names(samePair, p => $"{p.ServicePort}")} it does ({samePair[0].From.Address} > {samePair[0].To.Address}, {stopped.Length} and {samePair.Length} connections; chance {chance:0.###})"),
            [.. stopped[0].Evidence, .. samePair[0].Evidence]);
    }

    /// <summary>Chance that a choice of connections at random, as a hash over their ports makes it, hits just these.</summary>
    private static double Chance(Crossing[] stopped, Crossing[] passed) => Math.Exp(-Combinatorics.LogChoose(stopped.Length + passed.Length, stopped.Length));

    /// <summary>All client ports that vanish are above all that pass, or below; services of which nothing passes have to fit, and do not count.</summary>
    private static AccessPattern? OfRange(Crossing[] stopped, Crossing[] samePair, Func<Crossing, int> port, string words)
    {
        var passed = samePair.Where(p => stopped.Any(s => s.ServicePort == p.ServicePort && Pair(s, p))).ToArray();
        var parted = Array.FindAll(stopped, s => Array.Exists(passed, p => s.ServicePort == p.ServicePort && Pair(s, p)));
        if (parted.Select(port).Distinct().Count() < 2)
        {
            return null;
        }

        var above = stopped.Min(port) > passed.Max(port);
        var below = stopped.Max(port) < passed.Min(port);
        var chance = 2 * Chance(parted, passed);

        // Ports may be counted up: where all that passes was open before anything vanished, the split is one of time just as well.
        var later = parted.Min(c => c.Began) > passed.Max(c => c.Began);
        return (above || below) && !later && chance <= Coincidence
            ? new AccessPattern(
                true, true, string.Create(null, $"{words} {stopped.Min(port)} to {stopped.Max(port)} nothing passes, {words} {passed.Min(port)} to {passed.Max(port)} all does; chance {chance:0.###}"),
                [.. stopped[0].Evidence, .. passed[0].Evidence])
            : null;
    }

    private static string Names(Crossing[] crossings, Func<Crossing, string> name) => string.Join(", ", crossings.Select(name).Distinct().Take(3));
}
