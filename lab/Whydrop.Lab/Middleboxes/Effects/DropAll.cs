namespace Whydrop.Lab.Middleboxes.Effects;

/// <summary>Drops everything it applies to: a blackout while <see cref="PacketEffect.Active"/>, or a filter by <see cref="PacketEffect.Only"/> (ICMP, fragments, a size).</summary>
public sealed class DropAll : PacketEffect
{
    protected override void Handle(Packet packet, Passage next) => Counted();
}
