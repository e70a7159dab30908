using System.Reflection;

namespace Whydrop.Wire.Tests;

/// <summary>Compares all fields of decoded headers, those added later included.</summary>
internal static class HeaderFields
{
    private static readonly FieldInfo[] Fields = [.. typeof(PacketHeaders).GetFields().Where(field => field.FieldType != typeof(PacketHeaders.Tunnels))];

    public static PacketHeaders Decode(LinkType link, ReadOnlySpan<byte> frame, int? originalLength = null)
    {
        PacketHeaders h = default;
        FrameDecoder.Decode(link, frame, originalLength ?? frame.Length, ref h);
        return h;
    }

    /// <summary>Names and values of the fields that differ; empty when all agree.</summary>
    public static string Difference(PacketHeaders expected, PacketHeaders actual, Func<string, object, bool>? accept = null)
    {
        object left = expected;
        object right = actual;
        var differences = new List<string>();
        foreach (var field in Fields)
        {
            var want = field.GetValue(left)!;
            var have = field.GetValue(right)!;
            if (!want.Equals(have) && !(accept?.Invoke(field.Name, have) ?? false))
            {
                differences.Add($"{field.Name}: {want} / {have}");
            }
        }

        for (var i = 0; i < Math.Min(expected.TunnelDepth, actual.TunnelDepth); i++)
        {
            var want = expected.TunnelHeaders[i];
            var have = actual.TunnelHeaders[i];
            if ((want.Kind, want.Identifier, want.OuterIpOffset) != (have.Kind, have.Identifier, have.OuterIpOffset))
            {
                differences.Add($"Tunnel {i}: {want.Kind} {want.Identifier} {want.OuterIpOffset} / {have.Kind} {have.Identifier} {have.OuterIpOffset}");
            }
        }

        return string.Join(", ", differences);
    }

    /// <summary>Headers whose every byte is set, to find fields a decode forgets.</summary>
    public static PacketHeaders Dirty()
    {
        object boxed = default(PacketHeaders);
        foreach (var field in Fields)
        {
            object value = field.FieldType switch
            {
                var type when type == typeof(bool) => true,
                var type when type.IsEnum => Enum.ToObject(type, 0x7f),
                var type => Convert.ChangeType(0x7f, type, null),
            };
            field.SetValue(boxed, value);
        }

        return (PacketHeaders)boxed;
    }
}
