using System.Globalization;

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>A one-way transfer with a SACK receiver and a sender that repeats what was lost after a round trip, or after 200 ms when a repetition is lost too.</summary>
internal static class Bulk
{
    internal static void Run(PacketScript script, double start, bool fromClient, string[] words)
    {
        string After(string word, string otherwise) => Array.IndexOf(words, word) is >= 0 and var i ? words[i + 1] : otherwise;
        static double Seconds(string text) => double.Parse(text.Replace("ms", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1000;

        var count = int.Parse(words[0]);
        var size = int.Parse(words[2]);
        var gaps = After("every", "1ms").Split(',').Select(Seconds).ToArray();
        var change = int.Parse(After("change", "1"));
        var every = gaps[0];
        var rtt = Seconds(After("rtt", "4ms"));
        var after = int.Parse(After("after", "1"));
        var lose = Loss(After("lose", "none"), words, int.Parse(After("seed", "1")), size);
        var first = script.Now.Next(fromClient);
        var ack = script.Now.Next(!fromClient);
        var queue = new PriorityQueue<(int Segment, int Transmission), (double, int)>();
        var sent = start;
        for (var i = 0; i < count; i++)
        {
            queue.Enqueue((i, 1), (sent, i));
            sent += gaps[i / change % gaps.Length];
        }

        var received = new bool[count];
        var upTo = 0;
        var echo = start;
        while (queue.TryDequeue(out var item, out var when))
        {
            var (time, _) = when;
            var late = lose(item.Segment, item.Transmission, time);
            var lost = late is null;
            var seen = lost ? Enumerable.Range(1, script.Points).Where(p => fromClient ? p <= after : p > script.Points - after).ToHashSet() : null;
            script.Add(new Segment(time, fromClient, "A", first + (uint)(item.Segment * size), ack, size, null, [], true, script.NextId(), 64) { Seen = seen, Echo = start });
            if (lost)
            {
                queue.Enqueue((item.Segment, item.Transmission + 1), (time + (item.Transmission == 1 ? rtt * 1.3 + 3 * every : 0.2 * (1 << item.Transmission)), item.Segment));
                continue;
            }

            received[item.Segment] = true;
            var before = upTo;
            while (upTo < count && received[upTo])
            {
                upTo++;
            }

            echo = upTo > before ? time : echo;

            script.Add(new Segment(
                time + rtt + (late ?? 0), !fromClient, "A", ack, first + (uint)(upTo * size), 0, null, Blocks(received, upTo, item.Segment, first, size), true, script.NextId(), 64) { Echo = echo });
        }
    }

    /// <summary>Up to three SACK blocks, the one with the newest segment first (RFC 2018 §4).</summary>
    private static List<(uint Left, uint Right)> Blocks(bool[] received, int upTo, int newest, uint first, int size)
    {
        var blocks = new List<(uint Left, uint Right)>();
        for (var i = newest; i >= upTo && blocks.Count < 3; i--)
        {
            if (!received[i])
            {
                continue;
            }

            var right = i;
            while (right + 1 < received.Length && received[right + 1])
            {
                right++;
            }

            while (i > upTo && received[i - 1])
            {
                i--;
            }

            blocks.Add((first + (uint)(i * size), first + (uint)((right + 1) * size)));
        }

        return blocks;
    }

    /// <summary>What becomes of a transmission: null when it is lost, else how long it waits on its way, seconds.</summary>
    private static Func<int, int, double, double?> Loss(string kind, string[] words, int seed, int size)
    {
        var i = Array.IndexOf(words, kind);
        var random = new Random(seed);
        switch (kind)
        {
            case "random":
                var chance = double.Parse(words[i + 1].TrimEnd('%'), CultureInfo.InvariantCulture) / 100;
                return (_, _, _) => random.NextDouble() < chance ? null : 0;
            case "burst":
                int length = int.Parse(words[i + 1]), period = int.Parse(words[i + 3]);
                return (segment, transmission, _) => transmission == 1 && segment % period >= period / 2 && segment % period < period / 2 + length ? null : 0;
            case "policer":
                double rate = double.Parse(words[i + 1].Replace("mbit", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1e6 / 8, tokens = 0, last = 0;
                var depth = double.Parse(words[i + 2], CultureInfo.InvariantCulture);
                return (_, _, time) =>
                {
                    tokens = Math.Min(depth, tokens + Math.Max(0, time - last) * rate);
                    last = Math.Max(last, time);
                    if (tokens < size + 52)
                    {
                        return null;
                    }

                    tokens -= size + 52;
                    return 0;
                };
            case "queue":
                double drain = double.Parse(words[i + 1].Replace("mbit", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1e6 / 8, line = 0, before = 0;
                var limit = double.Parse(words[i + 2], CultureInfo.InvariantCulture);
                return (_, _, time) =>
                {
                    line = Math.Max(0, line - Math.Max(0, time - before) * drain);
                    before = Math.Max(before, time);
                    if (line + size + 52 > limit)
                    {
                        return null;
                    }

                    line += size + 52;
                    return line / drain;
                };
            case "between":
                double from = double.Parse(words[i + 1], CultureInfo.InvariantCulture), until = double.Parse(words[i + 2], CultureInfo.InvariantCulture);
                return (_, _, time) => time >= from && time < until ? null : 0;
            default:
                return (_, _, _) => 0;
        }
    }
}
