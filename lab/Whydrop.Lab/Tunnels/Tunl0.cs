using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Tunnels;

/// <summary>The device that the kernel's ipip module brings into every namespace, as on nodes with Calico.</summary>
internal static class Tunl0
{
    /// <summary>True when the namespace has it; the kernel loads the module where it can.</summary>
    public static bool IsIn(NetworkNamespace node)
    {
        // Makes the kernel load the module; where it is loaded already, the device is there already and this fails.
        node.TryExec("ip", "link", "add", "tunl0", "type", "ipip");
        return node.TryExec("ip", "link", "show", "tunl0").ExitCode == 0;
    }

    /// <summary>Leaves its name to a program's TUN device.</summary>
    public static void FreeName(NetworkNamespace node)
    {
        if (node.TryExec("ip", "link", "show", "tunl0").ExitCode == 0)
            node.Ip("link set tunl0 name ipip-unused");
    }
}
