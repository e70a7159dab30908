namespace Whydrop.Lab.DropReasons;

/// <summary>The BPF program on skb:kfree_skb: when the packet is of a watched network namespace it counts namespace, place and reason.</summary>
/// <remarks>
/// The namespace is that of the packet's device; where that gives none (the device is gone on the way up to a socket, and its field is used for
/// something else), that of its socket, then that of the receiving socket. The trace event itself prints none of them.
/// </remarks>
internal sealed class DropProgram
{
    /// <summary>struct key { u64 location; u32 reason; u32 namespace; }.</summary>
    public const int KeySize = 16;

    private const short Scratch = -8;
    private const short Namespace = -16;
    private const short Key = -32;
    private const short KeyReason = -24;
    private const short KeyNamespace = -20;

    // Helper functions, include/uapi/linux/bpf.h.
    private const int LookupElement = 1;
    private const int UpdateElement = 2;
    private const int ReadKernel = 113;

    // Registers: 1 to 5 are arguments, 6 to 9 survive a call, 10 is the frame.
    private const int Packet = 6;
    private const int Location = 7;
    private const int Reason = 8;
    private const int ReceivingSocket = 9;
    private const int Frame = 10;

    private readonly List<ulong> code = [];
    private readonly int watched;
    private readonly int counts;

    private DropProgram(int watched, int counts)
    {
        this.watched = watched;
        this.counts = counts;
    }

    /// <summary>Its instructions for the running kernel.</summary>
    /// <param name="types">Where the members stand.</param>
    /// <param name="watched">Descriptor of the map of namespace numbers.</param>
    /// <param name="counts">Descriptor of the map of counts.</param>
    public static ulong[] For(KernelTypes types, int watched, int counts)
    {
        var program = new DropProgram(watched, counts);
        var net = types.Offset("sock", "__sk_common.skc_net");
        var number = types.Offset("net", "ns.inum");
        program.Begin(types.TracepointArguments("kfree_skb") >= 4);
        program.CountIn(p => p.Follow(Packet, types.Offset("sk_buff", "dev")), types.Offset("net_device", "nd_net"), number);
        program.CountIn(p => p.Follow(Packet, types.Offset("sk_buff", "sk")), net, number);
        program.CountIn(p => p.Emit(0x7B, Frame, ReceivingSocket, Scratch, 0), net, number);
        program.Exit();
        return [.. program.code];
    }

    private void Begin(bool hasReceivingSocket)
    {
        Emit(0x79, Packet, 1, 0, 0); // r6 = *(u64 *)(r1 + 0)
        Emit(0x79, Location, 1, 8, 0);
        Emit(0x79, Reason, 1, 16, 0);
        if (hasReceivingSocket)
            Emit(0x79, ReceivingSocket, 1, 24, 0);
        else
            Emit(0xB7, ReceivingSocket, 0, 0, 0);
    }

    /// <summary>A pointer to device or socket is put into the scratch word; from it to the namespace and, when that is watched, count and end.</summary>
    private void CountIn(Action<DropProgram> pointer, int net, int number)
    {
        pointer(this);
        Emit(0x79, 3, Frame, Scratch, 0);
        var none = Jump(0x15, 3); // if r3 == 0
        Follow(3, net);
        Emit(0x79, 3, Frame, Scratch, 0);
        var nowhere = Jump(0x15, 3);
        Emit(0x62, Frame, 0, Namespace, 0); // *(u32 *)(fp - 16) = 0
        Read(3, number, Namespace, 4);
        Lookup(watched, Namespace);
        var foreign = Jump(0x15, 0);
        Count();
        Exit();
        Land(none);
        Land(nowhere);
        Land(foreign);
    }

    private void Count()
    {
        Emit(0x7B, Frame, Location, Key, 0);
        Emit(0x63, Frame, Reason, KeyReason, 0);
        Emit(0x61, 1, Frame, Namespace, 0);
        Emit(0x63, Frame, 1, KeyNamespace, 0);

        // Made with 0 when it is new; another processor may have made it meanwhile, which is as good.
        Emit(0x7A, Frame, 0, Scratch, 0);
        Map(counts);
        Address(2, Key);
        Address(3, Scratch);
        Emit(0xB7, 4, 0, 0, 1); // BPF_NOEXIST
        Emit(0x85, 0, 0, 0, UpdateElement);
        Lookup(counts, Key);
        var full = Jump(0x15, 0);
        Emit(0xB7, 1, 0, 0, 1);
        Emit(0xDB, 0, 1, 0, 0); // lock *(u64 *)(r0 + 0) += r1
        Land(full);
    }

    /// <summary>Scratch = *(u64 *)(register + offset); 0 when it cannot be read.</summary>
    private void Follow(int register, int offset) => Read(register, offset, Scratch, 8);

    private void Read(int register, int offset, short target, int length)
    {
        Emit(0xBF, 3, register, 0, 0);
        Emit(0x07, 3, 0, 0, offset);
        Address(1, target);
        Emit(0xB7, 2, 0, 0, length);
        Emit(0x85, 0, 0, 0, ReadKernel);
    }

    private void Lookup(int map, short key)
    {
        Map(map);
        Address(2, key);
        Emit(0x85, 0, 0, 0, LookupElement);
    }

    /// <summary>r1 = the map: a 64-bit load whose source 1 says that the number is a descriptor.</summary>
    private void Map(int descriptor)
    {
        Emit(0x18, 1, 1, 0, descriptor);
        code.Add(0);
    }

    private void Address(int register, short offset)
    {
        Emit(0xBF, register, Frame, 0, 0);
        Emit(0x07, register, 0, 0, offset);
    }

    private void Exit()
    {
        Emit(0xB7, 0, 0, 0, 0);
        Emit(0x95, 0, 0, 0, 0);
    }

    private int Jump(int operation, int register)
    {
        Emit(operation, register, 0, 0, 0);
        return code.Count - 1;
    }

    /// <summary>The jump goes to what is written next.</summary>
    private void Land(int jump) => code[jump] |= (ulong)(ushort)(code.Count - jump - 1) << 16;

    /// <summary>struct bpf_insn: operation, destination and source, offset, immediate.</summary>
    private void Emit(int operation, int destination, int source, short offset, int immediate) =>
        code.Add((byte)operation | ((ulong)(byte)(destination | (source << 4)) << 8) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)immediate << 32));
}
