using System.Text;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Tunnels;

/// <summary>A TUN device: the kernel routes IP datagrams to it, a program reads and writes them.</summary>
internal sealed class TunDevice : IDisposable
{
    private const nuint SetInterface = 0x400454CA; // TUNSETIFF, linux/if_tun.h
    private const short TunWithoutHeader = 0x1001; // IFF_TUN | IFF_NO_PI
    private const int ReadWriteNonBlocking = 0x80802; // O_RDWR | O_NONBLOCK | O_CLOEXEC
    private const int NameLength = 16; // IFNAMSIZ

    private TunDevice(int descriptor) => Descriptor = descriptor;

    /// <summary>File descriptor; one read or write is one datagram.</summary>
    public int Descriptor { get; }

    /// <summary>Makes the device in the namespace of the calling thread: a TUN file belongs to the namespace it was opened in.</summary>
    public static unsafe TunDevice Open(string name)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        if (bytes.Length is 0 or >= NameLength)
            throw new LabUsageException($"interface name '{name}': 1 to {NameLength - 1} characters");
        var descriptor = Libc.Checked(Libc.Open("/dev/net/tun", ReadWriteNonBlocking), "open /dev/net/tun");
        var request = stackalloc byte[40]; // sizeof(struct ifreq) on 64-bit
        new Span<byte>(request, 40).Clear();
        // SAFETY: the name is shorter than IFNAMSIZ and the flags lie behind it, inside the 40 bytes.
        bytes.CopyTo(new Span<byte>(request, NameLength));
        *(short*)(request + NameLength) = TunWithoutHeader;
        if (Libc.Control(descriptor, SetInterface, request) < 0)
        {
            var failure = $"TUNSETIFF {name}: {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}";
            _ = Libc.Close(descriptor);
            throw new LabException(failure);
        }

        return new TunDevice(descriptor);
    }

    public void Dispose() => _ = Libc.Close(Descriptor);
}
