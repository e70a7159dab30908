using System.Buffers.Binary;
using System.Net;
using Whydrop.Tcp.Memory;

namespace Whydrop.Tcp.Flows;

/// <summary>Numbers for IPv6 addresses, so that a key has room for them.</summary>
// SAFETY: addresses live in a slab that never moves; a number is one below its count.
internal sealed unsafe class AddressBook : IDisposable
{
    private readonly NativeSlab<UInt128> addresses = new();
    private readonly ulong seed;
    private uint[] slots = new uint[256];
    private UInt128 lastAddress;
    private uint lastNumber = uint.MaxValue;

    public AddressBook()
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = Guid.NewGuid().TryWriteBytes(bytes);
        seed = (BitConverter.ToUInt64(bytes) ^ BitConverter.ToUInt64(bytes[8..])) | 1;
    }

    /// <summary>The number of a 16-byte address.</summary>
    public uint NumberOf(ReadOnlySpan<byte> address)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(address);
        if (value == lastAddress && lastNumber != uint.MaxValue)
        {
            return lastNumber;
        }

        lastAddress = value;
        return lastNumber = Intern(value);
    }

    public IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[16];

        // SAFETY: numbers are given out by Intern alone, so their element exists; elements never move.
        BinaryPrimitives.WriteUInt128BigEndian(bytes, *addresses[(int)number]);
        return new IPAddress(bytes);
    }

    /// <summary>Order of two numbered addresses does not matter to a key: numbers order as well as addresses do.</summary>
    public void Dispose() => addresses.Dispose();

    private uint Intern(UInt128 value)
    {
        var mask = (uint)slots.Length - 1;
        var i = Hash(value) & mask;
        for (; slots[i] != 0; i = (i + 1) & mask)
        {
            // SAFETY: a slot that is not 0 holds the number of an element, plus one.
            if (*addresses[(int)slots[i] - 1] == value)
            {
                return slots[i] - 1;
            }
        }

        var index = addresses.Add();
        *addresses[index] = value;
        slots[i] = (uint)index + 1;
        if (addresses.Count * 2 > slots.Length)
        {
            Grow();
        }

        return (uint)index;
    }

    private void Grow()
    {
        slots = new uint[slots.Length * 2];
        var mask = (uint)slots.Length - 1;
        for (var n = 0; n < addresses.Count; n++)
        {
            var i = Hash(*addresses[n]) & mask;
            while (slots[i] != 0)
            {
                i = (i + 1) & mask;
            }

            slots[i] = (uint)n + 1;
        }
    }

    private uint Hash(UInt128 value)
    {
        var high = Math.BigMul((ulong)(value >> 64) ^ seed, (ulong)value ^ 0x9E3779B97F4A7C15UL, out var low);
        var h = (high ^ low) + ((ulong)value * 0xD6E8FEB86659FD93UL);
        h ^= h >> 32;
        return (uint)((h * 0xD6E8FEB86659FD93UL) >> 32);
    }
}
