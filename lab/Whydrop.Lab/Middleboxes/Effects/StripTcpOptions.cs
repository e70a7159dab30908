namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Overwrites TCP options with NOP (1), as firewalls that "normalize" do.</summary>
/// <param name="kinds">Option kinds: 2 MSS, 3 window scale, 4 SACK permitted, 5 SACK, 8 timestamps.</param>
public sealed class StripTcpOptions(params byte[] kinds) : PacketEffect
{
    protected override void Handle(Packet packet, Passage next)
    {
        if (packet.IsTcp && Strip(packet.TcpOptions))
        {
            Counted();
            packet.FixChecksums();
        }

        next.Pass(packet);
    }

    private bool Strip(Span<byte> options)
    {
        var stripped = false;
        for (var at = 0; at < options.Length && options[at] != 0;)
        {
            if (options[at] == 1)
            {
                at++;
                continue;
            }

            if (at + 1 >= options.Length || options[at + 1] < 2 || at + options[at + 1] > options.Length)
                break;
            var length = options[at + 1];
            if (kinds.Contains(options[at]))
            {
                options.Slice(at, length).Fill(1);
                stripped = true;
            }

            at += length;
        }

        return stripped;
    }
}
