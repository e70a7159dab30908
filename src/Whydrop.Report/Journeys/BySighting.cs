namespace Whydrop.Report.Journeys;

/// <summary>Something of each connection of each capture: both are numbered from 0 without holes, so no search is needed.</summary>
internal sealed class BySighting<T>
    where T : struct
{
    private readonly Dictionary<int, T[]> captures = [];
    private (int Capture, T[] Values) last = (-1, []);

    /// <summary>What is kept of one; the default when nothing is.</summary>
    public T Get(int capture, int flow) => Of(capture) is var values && (uint)flow < (uint)values.Length ? values[flow] : default;

    /// <summary>The place of one, to be written.</summary>
    public ref T At(int capture, int flow)
    {
        var values = Of(capture);
        if (flow >= values.Length)
        {
            Array.Resize(ref values, Math.Max(flow + 1, Math.Max(16, values.Length * 2)));
            captures[capture] = values;
            last = (capture, values);
        }

        return ref values[flow];
    }

    private T[] Of(int capture)
    {
        if (last.Capture != capture)
        {
            last = (capture, captures.GetValueOrDefault(capture, []));
        }

        return last.Values;
    }
}
