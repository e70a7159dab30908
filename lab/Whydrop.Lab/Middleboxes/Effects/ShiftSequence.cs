using System.Buffers.Binary;

namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Moves the sequence numbers of the connections that one side sends, as firewalls that randomize them do. <see cref="Answers"/> moves the acknowledgements back.</summary>
/// <param name="by">What is added to SEG.SEQ.</param>
/// <param name="forgetsSack">SACK blocks keep the moved numbers: the sender cannot use them.</param>
public sealed class ShiftSequence(uint by, bool forgetsSack) : PacketEffect
{
    /// <summary>The effect for the other direction; without it connections die.</summary>
    public PacketEffect Answers { get; } = new Acknowledgements(by, forgetsSack);

    protected override void Handle(Packet packet, Passage next)
    {
        if (packet.IsTcp)
        {
            Counted();
            packet.Seq += by;
            packet.FixChecksums();
        }

        next.Pass(packet);
    }

    private sealed class Acknowledgements(uint by, bool forgetsSack) : PacketEffect
    {
        protected override void Handle(Packet packet, Passage next)
        {
            if (packet.IsTcp && (packet.Flags & 16) != 0)
            {
                packet.Ack -= by;
                if (MoveSack(packet.TcpOptions) && forgetsSack)
                    Counted();
                packet.FixChecksums();
            }

            next.Pass(packet);
        }

        private bool MoveSack(Span<byte> options)
        {
            for (var at = 0; at < options.Length && options[at] != 0;)
            {
                if (options[at] == 1)
                {
                    at++;
                    continue;
                }

                if (at + 1 >= options.Length || options[at + 1] < 2 || at + options[at + 1] > options.Length)
                    return false;
                if (options[at] == 5)
                {
                    for (var edge = at + 2; !forgetsSack && edge + 4 <= at + options[at + 1]; edge += 4)
                        BinaryPrimitives.WriteUInt32BigEndian(options[edge..], BinaryPrimitives.ReadUInt32BigEndian(options[edge..]) - by);
                    return true;
                }

                at += options[at + 1];
            }

            return false;
        }
    }
}
