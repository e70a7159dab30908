namespace Whydrop.Tcp.Artefacts;

/// <summary>The passes of one datagram that comes by again with a lower TTL.</summary>
internal struct LoopTrack
{
    public long FirstTime;
    public long LastTime;
    public long FirstFrame;
    public int Passes;

    /// <summary>Its row in the <see cref="LoopBook"/>, plus one; 0 while it may still be a routed copy.</summary>
    public int Row;
    public byte FirstTtl;
    public byte LastTtl;

    /// <summary>TTL lost between two passes the same way; 0 while not known.</summary>
    public byte Step;

    /// <summary>Fall from the last but one pass to the last.</summary>
    public byte LastFall;

    /// <summary>The first two passes whose link addresses are known, with their TTLs.</summary>
    public LinkAddresses LinkA;
    public LinkAddresses LinkB;
    public byte TtlA;
    public byte TtlB;

    /// <summary>The first pass.</summary>
    public static LoopTrack Begin(long time, long frame, byte ttl, LinkAddresses link) => new()
    {
        FirstTime = time, LastTime = time, FirstFrame = frame, Passes = 1, FirstTtl = ttl, LastTtl = ttl, LinkA = link, TtlA = ttl,
    };

    /// <summary>A further pass; false when its TTL is not lower, and it is none.</summary>
    public bool Pass(long time, byte ttl, LinkAddresses link)
    {
        if (ttl >= LastTtl)
        {
            return false;
        }

        Passes++;
        LastFall = (byte)(LastTtl - ttl);
        LastTtl = ttl;
        LastTime = time;
        if (link.IsEmpty)
        {
            return true;
        }

        var sameAsA = link == LinkA;
        if (Step == 0 && (sameAsA || link == LinkB))
        {
            Step = (byte)((sameAsA ? TtlA : TtlB) - ttl);
        }

        if (LinkA.IsEmpty)
        {
            (LinkA, TtlA) = (link, ttl);
        }
        else if (LinkB.IsEmpty)
        {
            (LinkB, TtlB) = (link, ttl);
        }

        return true;
    }

    /// <summary>
    /// TTL lost per round. A fall of one between two passes is there and back over one link, which is two routers; so is one between passes of
    /// different link addresses.
    /// </summary>
    public readonly int StepOrGuess() =>
        Step != 0 ? Step : LastFall == 1 || (!LinkA.IsEmpty && !LinkB.IsEmpty && LinkA != LinkB) ? (FirstTtl - LastTtl) * 2 / Math.Max(Passes - 1, 1) : LastFall;
}
