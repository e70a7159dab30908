using System.Globalization;
using Whydrop.Bench.Generate;
using Whydrop.Capture;

const long Start = 1_700_000_000_000_000_000;

if (args.Any(a => a is "-h" or "--help"))
{
    Console.Out.Write(Usage());
    return 0;
}

string? kindName = null, path = null;
ulong seed = 1;
int scale = 1;
for (int i = 0; i < args.Length; i++)
{
    bool good = args[i] switch
    {
        "--seed" => ++i < args.Length && ulong.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out seed),
        "--scale" => ++i < args.Length && int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out scale) && scale is >= 1 and <= 100,
        string word when word.StartsWith("--", StringComparison.Ordinal) => false,
        string word => kindName is null ? (kindName = word) is not null : path is null && (path = word) is not null,
    };
    if (!good)
    {
        return Wrong($"{args[Math.Min(i, args.Length - 1)]} is not understood");
    }
}

Traffic? traffic = Traffic.Kinds.FirstOrDefault(k => k.Kind == kindName);
if (traffic is null || path is null || (traffic.TwoPlaces && path == "-"))
{
    return Wrong(kindName is null ? "a kind and a file are needed" : traffic is null ? $"there is no kind {kindName}" : path is null ? "a file is needed" : "two files cannot be standard output");
}

try
{
    Traffic[] places = traffic.TwoPlaces ? [traffic with { Place = 0 }, traffic with { Place = 1 }] : [traffic];
    foreach (Traffic place in places)
    {
        string file = place.Place == 1 ? path + ".far" : path;
        using Stream stream = path == "-" ? Console.OpenStandardOutput() : File.Create(file, 1);
        using CaptureWriter writer = place.Create(stream);
        long frames = Generate(place, writer, seed, scale);
        Console.Error.WriteLine($"{file}: {frames} packets of {(long)place.Flows * scale} connections");
    }

    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"generate: {path}: {e.Message}");
    return 1;
}

// Only the connections that are open at the time are held: the next segment of each stands in a queue by time.
static long Generate(Traffic traffic, CaptureWriter writer, ulong seed, int scale)
{
    var output = new FrameWriter(traffic, writer);
    var open = new PriorityQueue<(int Flow, Segment[] Segments, int Next), (long Time, int Flow)>();
    var segments = new List<Segment>();
    int flows = traffic.Flows * scale;
    var random = new SplitMix(seed);
    long last = Start;
    for (int flow = 0; flow < flows; flow++)
    {
        long start = Start + (long)((double)flow / flows * traffic.SpreadNanoseconds);
        Drain(start);
        segments.Clear();
        _ = new Conversation(traffic, segments, random.Next(), start);
        open.Enqueue((flow, segments.ToArray(), 0), (segments[0].Time, flow));
    }

    Drain(long.MaxValue);
    if (traffic.Pcapng)
    {
        writer.WriteStatistics(0, last, received: output.Frames, interfaceDropped: 0, osDropped: 0);
    }

    return output.Frames;

    void Drain(long until)
    {
        while (open.TryPeek(out var head, out (long Time, int Flow) key) && key.Time < until)
        {
            output.Write(head.Flow, head.Segments[head.Next]);
            last = key.Time;
            if (++head.Next < head.Segments.Length)
            {
                open.DequeueEnqueue(head, (head.Segments[head.Next].Time, head.Flow));
                continue;
            }

            open.Dequeue();
        }
    }
}

static int Wrong(string what)
{
    Console.Error.WriteLine($"generate: {what}; see --help");
    return 2;
}

static string Usage() => $"""
    Writes a capture of TCP connections with known losses, the same for the same seed.

    usage: generate KIND FILE [--seed N] [--scale N]

    KIND
    {string.Join('\n', Traffic.Kinds.Select(k => $"  {k.Kind,-8}{k.Text}"))}

    FILE      where to write; - is standard output
    --seed    any number; default 1
    --scale   that many times the connections, and packets, in the same time (1 to 100); default 1

    0.7 % of the data segments are lost and retransmitted, by SACK or by time-out. The capture stands beside one of the two hosts of each connection.

    """;
