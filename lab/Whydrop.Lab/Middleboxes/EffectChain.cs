namespace Whydrop.Lab.Middleboxes;

/// <summary>The effects on packets of one direction, in order. It may be changed while packets flow.</summary>
public sealed class EffectChain
{
    private volatile PacketEffect[] effects = [];

    /// <summary>Effects in order.</summary>
    internal PacketEffect[] Effects => effects;

    /// <summary>Adds an effect behind the others and returns it.</summary>
    public T Add<T>(T effect) where T : PacketEffect
    {
        effects = [.. effects, effect];
        return effect;
    }

    /// <summary>Takes it away; packets that it holds still come out.</summary>
    public void Remove(PacketEffect effect) => effects = [.. effects.Where(e => e != effect)];
}
