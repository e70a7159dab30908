using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Whydrop.Lab.Native;

/// <summary>The few commands of bpf(2) that a counting program on a raw tracepoint needs (include/uapi/linux/bpf.h).</summary>
internal static partial class Bpf
{
    // SAFETY: the attribute is a buffer of the size that is told, longer than what any command here reads; memory that it points to is pinned for the call.
    public const int TypeHashMap = 1;
    public const ulong NoExist = 1;

    private const int AttributeSize = 128;
    private const int MapCreate = 0;
    private const int MapLookup = 1;
    private const int MapUpdate = 2;
    private const int MapNextKey = 4;
    private const int ProgramLoad = 5;
    private const int RawTracepointOpen = 17;
    private const int TypeRawTracepoint = 17;
    private const int NoEntry = 2; // ENOENT

    /// <summary>A hash map.</summary>
    /// <exception cref="LabException">The kernel refuses.</exception>
    public static SafeFileHandle CreateHashMap(int keySize, int valueSize, int entries)
    {
        Span<byte> attribute = stackalloc byte[AttributeSize];
        attribute.Clear();
        Word(attribute, 0, TypeHashMap);
        Word(attribute, 4, keySize);
        Word(attribute, 8, valueSize);
        Word(attribute, 12, entries);
        return Handle(MapCreate, attribute, "BPF map");
    }

    /// <summary>Sets an entry.</summary>
    public static unsafe void Set(SafeFileHandle map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyAt = key, valueAt = value)
        {
            if (Element(map, MapUpdate, keyAt, valueAt) < 0)
                throw Failure("entry of a BPF map");
        }
    }

    /// <summary>Reads an entry; false when there is none.</summary>
    public static unsafe bool TryGet(SafeFileHandle map, ReadOnlySpan<byte> key, Span<byte> value)
    {
        fixed (byte* keyAt = key, valueAt = value)
            return Element(map, MapLookup, keyAt, valueAt) >= 0;
    }

    /// <summary>The key after another, or the first for an empty one; false at the end.</summary>
    public static unsafe bool TryNext(SafeFileHandle map, ReadOnlySpan<byte> key, Span<byte> next)
    {
        fixed (byte* keyAt = key, nextAt = next)
        {
            if (Element(map, MapNextKey, keyAt, nextAt) >= 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() == NoEntry ? false : throw Failure("keys of a BPF map");
    }

    /// <summary>Loads a program for a raw tracepoint and starts it; it ends when both handles are closed.</summary>
    public static unsafe (SafeFileHandle Program, SafeFileHandle Link) Attach(ReadOnlySpan<ulong> instructions, string tracepoint)
    {
        // probe_read_kernel is open only to programs that declare a licence compatible with the kernel's.
        var license = Encoding.ASCII.GetBytes("Dual MIT/GPL\0");
        var name = Encoding.ASCII.GetBytes(tracepoint + "\0");
        Span<byte> attribute = stackalloc byte[AttributeSize];
        attribute.Clear();
        SafeFileHandle program;
        fixed (ulong* code = instructions)
        fixed (byte* licenseAt = license)
        {
            Word(attribute, 0, TypeRawTracepoint);
            Word(attribute, 4, instructions.Length);
            Pointer(attribute, 8, code);
            Pointer(attribute, 16, licenseAt);
            program = Handle(ProgramLoad, attribute, "BPF program");
        }

        attribute.Clear();
        try
        {
            fixed (byte* nameAt = name)
            {
                Pointer(attribute, 0, nameAt);
                Word(attribute, 8, (int)program.DangerousGetHandle());
                return (program, Handle(RawTracepointOpen, attribute, $"raw tracepoint {tracepoint}"));
            }
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    private static unsafe nint Element(SafeFileHandle map, int command, byte* key, byte* value)
    {
        Span<byte> attribute = stackalloc byte[AttributeSize];
        attribute.Clear();
        Word(attribute, 0, (int)map.DangerousGetHandle());
        Pointer(attribute, 8, key);
        Pointer(attribute, 16, value);
        return Call(command, attribute);
    }

    private static SafeFileHandle Handle(int command, Span<byte> attribute, string what) =>
        Call(command, attribute) is >= 0 and var descriptor ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(what);

    private static unsafe nint Call(int command, Span<byte> attribute)
    {
        fixed (byte* at = attribute)
            return SystemCall(Number, command, at, (uint)attribute.Length);
    }

    private static nint Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        var other => throw new LabException($"bpf(2): its number on {other} is not known"),
    };

    private static LabException Failure(string what) => new($"{what}: {new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    private static void Word(Span<byte> attribute, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(attribute[at..], value);

    private static unsafe void Pointer(Span<byte> attribute, int at, void* value) => BinaryPrimitives.WriteUInt64LittleEndian(attribute[at..], (ulong)value);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint SystemCall(nint number, nint command, byte* attribute, nuint size);
}
