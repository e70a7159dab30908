using Whydrop.Capture;

namespace Whydrop.Bench.Generate;

/// <summary>What a kind of capture consists of.</summary>
internal sealed record Traffic
{
    public required string Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>Connections at scale 1.</summary>
    public required int Flows { get; init; }

    /// <summary>Mean segments of an answer.</summary>
    public required double MeanSegments { get; init; }

    /// <summary>Questions and answers of each connection.</summary>
    public int Exchanges { get; init; } = 1;

    /// <summary>Silence between two exchanges.</summary>
    public long IdleNanoseconds { get; init; }

    /// <summary>Connections end with FIN; otherwise they stay open.</summary>
    public bool Closes { get; init; } = true;

    /// <summary>Share of data segments that the network loses.</summary>
    public double Loss { get; init; } = 0.007;

    /// <summary>Bytes kept of a frame.</summary>
    public int SnapLength { get; init; } = 128;

    /// <summary>Over how long the connections begin, at any scale.</summary>
    public long SpreadNanoseconds { get; init; } = 60_000_000_000;

    public Encapsulation Encapsulation { get; init; }

    public bool Pcapng { get; init; }

    /// <summary>The same traffic at two places, beside the clients and, behind a NAT, beside the servers: two files.</summary>
    public bool TwoPlaces { get; init; }

    /// <summary>Beside which host the capture stands, 0 the client and 1 the server; null: for each connection one or the other.</summary>
    public int? Place { get; init; }

    public static IReadOnlyList<Traffic> Kinds { get; } =
    [
        new() { Kind = "snap", Text = "cut to 128 bytes, 100,000 connections, about 1.9 M packets", Flows = 100_000, MeanSegments = 7.2 },
        new() { Kind = "full", Text = "full-size packets, 8,000 connections, about 1.15 GB", Flows = 8_000, MeanSegments = 91, SnapLength = 262_144 },
        new()
        {
            Kind = "stress", Text = "500,000 connections, all open at once", Flows = 500_000, MeanSegments = 1, Exchanges = 2, IdleNanoseconds = 30_000_000_000,
            SpreadNanoseconds = 20_000_000_000, Closes = false,
        },
        new() { Kind = "vxlan", Text = "as snap, inside VXLAN between nodes, cut to 192 bytes", Flows = 100_000, MeanSegments = 7.2, SnapLength = 192, Encapsulation = Encapsulation.Vxlan },
        new() { Kind = "sll2", Text = "as snap, each packet on two interfaces of one -i any capture (SLL2)", Flows = 100_000, MeanSegments = 7.2, Encapsulation = Encapsulation.Sll2Twice },
        new() { Kind = "pcapng", Text = "as snap, in pcapng", Flows = 100_000, MeanSegments = 7.2, Pcapng = true },
        new()
        {
            Kind = "pair", Text = "as snap, beside the clients, and again beside the servers with a NAT between and 0.1 % loss: FILE and FILE.far", Flows = 100_000,
            MeanSegments = 7.2, Loss = 0.001, TwoPlaces = true,
        },
    ];

    public CaptureWriter Create(Stream stream)
    {
        int linkType = Encapsulation == Encapsulation.Sll2Twice ? 276 : 1;
        if (!Pcapng)
        {
            return CaptureWriter.Pcap(stream, linkType, nanoseconds: false, (uint)SnapLength);
        }

        CaptureWriter writer = CaptureWriter.Pcapng(stream, "whydrop-bench-generate");
        writer.AddInterface(linkType, "eth0", "generated", (uint)SnapLength);
        return writer;
    }
}

internal enum Encapsulation
{
    None,
    Vxlan,
    Sll2Twice,
}
