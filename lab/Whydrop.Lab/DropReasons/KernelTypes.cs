using System.Buffers.Binary;
using System.Text;

namespace Whydrop.Lab.DropReasons;

/// <summary>The types of the running kernel as its BTF tells them (Documentation/bpf/btf.rst): offsets of members, names of enumerators.</summary>
internal sealed class KernelTypes
{
    private const string File = "/sys/kernel/btf/vmlinux";
    private const int HeaderMagic = 0xEB9F;
    private const int KindPointer = 2;
    private const int KindStruct = 4;
    private const int KindUnion = 5;
    private const int KindEnum = 6;
    private const int KindTypedef = 8;
    private const int KindFunctionPrototype = 13;

    private readonly byte[] bytes;
    private readonly int strings;

    /// <summary>Where each type stands; index 0 is void.</summary>
    private readonly List<int> types = [0];
    private readonly Dictionary<(int Kind, string Name), int> named = [];

    private KernelTypes(byte[] bytes)
    {
        this.bytes = bytes;
        if (bytes.Length < 24 || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != HeaderMagic)
            throw new LabException($"{File}: is no BTF of this machine's byte order");
        var header = Word(4);
        var at = header + Word(8);
        var end = at + Word(12);
        strings = header + Word(16);
        while (at < end)
        {
            var kind = Kind(at);
            if (kind is KindStruct or KindUnion or KindEnum or KindTypedef && Word(at) != 0)
                named.TryAdd((kind, Text(Word(at))), types.Count);
            types.Add(at);
            at += 12 + Trailing(kind, Count(at));
        }
    }

    /// <summary>Reads the running kernel's.</summary>
    /// <exception cref="LabException">The kernel was built without, or it cannot be read.</exception>
    public static KernelTypes Read()
    {
        try
        {
            return new KernelTypes(System.IO.File.ReadAllBytes(File));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new LabException($"{File}: {e.Message}", e);
        }
    }

    /// <summary>Offset of a member in bytes; members of unnamed structures and unions inside count as its own, and a dot goes into a named one.</summary>
    /// <exception cref="LabException">This kernel has no such member.</exception>
    public int Offset(string structure, string path)
    {
        var offset = 0;
        var type = named.GetValueOrDefault((KindStruct, structure));
        foreach (var member in path.Split('.'))
        {
            if (type == 0 || Member(type, member) is not var (bits, next))
                throw new LabException($"this kernel's struct {structure} has no member {path}");
            offset += bits / 8;
            type = Bare(next);
        }

        return offset;
    }

    /// <summary>Enumerators by value.</summary>
    public IReadOnlyDictionary<int, string> Enumerators(string name)
    {
        var found = new Dictionary<int, string>();
        if (named.TryGetValue((KindEnum, name), out var type))
        {
            for (var i = 0; i < Count(types[type]); i++)
                found.TryAdd(Word(types[type] + 12 + (i * 8) + 4), Text(Word(types[type] + 12 + (i * 8))));
        }

        return found;
    }

    /// <summary>How many arguments a tracepoint hands to its programs.</summary>
    /// <exception cref="LabException">This kernel has no such tracepoint.</exception>
    public int TracepointArguments(string tracepoint)
    {
        var type = named.GetValueOrDefault((KindTypedef, $"btf_trace_{tracepoint}"));
        while (type != 0 && Kind(types[type]) is KindTypedef or KindPointer)
            type = Word(types[type] + 8);
        // The first parameter is the tracepoint's own.
        return type != 0 && Kind(types[type]) == KindFunctionPrototype ? Count(types[type]) - 1 : throw new LabException($"this kernel has no tracepoint {tracepoint}");
    }

    private (int Bits, int Type)? Member(int type, string name)
    {
        var at = types[type];
        // With the flag the upper eight bits are the width of a bit field.
        var mask = (Word(at + 4) & int.MinValue) != 0 ? 0xFFFFFF : -1;
        for (var i = 0; i < Count(at); i++)
        {
            var member = at + 12 + (i * 12);
            var bits = Word(member + 8) & mask;
            if (Word(member) != 0)
            {
                if (Text(Word(member)) == name)
                    return (bits, Word(member + 4));
            }
            else if (Bare(Word(member + 4)) is var inner && Kind(types[inner]) is KindStruct or KindUnion && Member(inner, name) is var (more, found))
            {
                return (bits + more, found);
            }
        }

        return null;
    }

    /// <summary>Without typedef, volatile, const, restrict and type tags.</summary>
    private int Bare(int type)
    {
        while (type != 0 && Kind(types[type]) is 8 or 9 or 10 or 11 or 18)
            type = Word(types[type] + 8);
        return type;
    }

    private static int Trailing(int kind, int count) => kind switch
    {
        1 or 14 or 17 => 4,
        3 => 12,
        KindStruct or KindUnion or 15 or 19 => count * 12,
        KindEnum or KindFunctionPrototype => count * 8,
        _ => 0,
    };

    private int Kind(int at) => (Word(at + 4) >> 24) & 31;

    private int Count(int at) => Word(at + 4) & 0xFFFF;

    private int Word(int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    private string Text(int offset)
    {
        var text = bytes.AsSpan(strings + offset);
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }
}
