namespace Whydrop.Readers.Text;

/// <summary>A command as typed before its output: what ran, and in whose network stack when a wrapper says so.</summary>
/// <param name="Words">The command without path, sudo and wrappers: "ip", "-s", "link".</param>
/// <param name="Node">Host named by ssh.</param>
/// <param name="Netns">Namespace, pod or container named by "ip netns exec", "ip -n", "kubectl exec", "docker exec", "nsenter".</param>
internal sealed record CommandLine(IReadOnlyList<string> Words, string? Node, string? Netns)
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "ip", "netstat", "nstat", "ifconfig", "route", "arp", "sysctl", "ss", "tc", "ethtool", "tcpdump", "cat", "grep", "head", "tail", "more", "less",
        "date", "hostname", "uname", "uptime", "echo", "sleep", "id", "whoami", "pwd", "cd", "clear", "exit", "ls", "lsmod", "lspci", "dmesg",
        "journalctl", "systemctl", "ps", "top", "free", "df", "mount", "iptables", "iptables-save", "ip6tables", "ip6tables-save", "nft", "ipvsadm",
        "conntrack", "bridge", "brctl", "wg", "ovs-vsctl", "ping", "traceroute", "tracepath", "mtr", "curl", "wget", "dig", "nslookup", "nc",
        "vmstat", "iostat", "mpstat", "sar", "lscpu", "lsblk", "crictl", "docker", "podman", "kubectl", "oc", "calicoctl", "cilium", "nsenter", "sudo",
        "ssh", "chroot", "time", "watch", "busybox", "bash", "sh", "toybox", "env", "timeout", "lsns", "hostnamectl", "timedatectl", "networkctl", "nmcli",
        "mii-tool", "lldpctl", "numactl", "sosreport", "for", "while", "find", "awk", "sed", "xargs", "mkdir", "tar", "k", "k8s", "microk8s", "k3s",
    };

    private static readonly HashSet<string> Silent = new(StringComparer.Ordinal)
    {
        "date", "hostname", "uname", "uptime", "echo", "sleep", "id", "whoami", "pwd", "cd", "clear", "exit", "logout", "hostnamectl",
    };

    /// <summary>The name of the program, or nothing.</summary>
    public string Program => Words.Count > 0 ? Words[0] : "";

    /// <summary>The command says nothing about the network: its output is no evidence and no gap.</summary>
    public bool SaysNothing => Silent.Contains(Program) || Words.Count == 0;

    /// <summary>The file that "cat" or the like shows, when it names exactly one.</summary>
    public string? Shown
    {
        get
        {
            if (Program is not ("cat" or "head" or "tail" or "more" or "less"))
            {
                return null;
            }

            var files = Words.Skip(1).Where(w => w.StartsWith('/')).ToArray();
            return files.Length == 1 ? files[0] : null;
        }
    }

    /// <summary>Whether a program's name is one that people run while collecting evidence.</summary>
    public static bool IsKnown(string word) => Known.Contains(Name(word));

    /// <summary>Takes a command apart. Anything is accepted.</summary>
    public static CommandLine Parse(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(64).Select(w => w.Trim('"', '\'', '`', ';')).Where(w => w.Length > 0).ToList();
        string? node = null;
        string? netns = null;
        for (var wrapper = 0; wrapper < 8 && words.Count > 0; wrapper++)
        {
            words[0] = Name(words[0]);
            if (!Unwrap(words, ref node, ref netns))
            {
                break;
            }
        }

        if (words.Count > 1 && words[0] == "ip")
        {
            netns = NamespaceOption(words) ?? netns;
        }

        return new CommandLine(words, node, netns);
    }

    private static bool Unwrap(List<string> words, ref string? node, ref string? netns)
    {
        switch (words[0])
        {
            case "sudo" or "time" or "busybox" or "toybox" or "env":
                words.RemoveAt(0);
                return true;
            case "timeout" or "chroot" when words.Count > 2:
                words.RemoveRange(0, 2);
                return true;
            case "bash" or "sh" when words.Count > 2 && words[1].StartsWith('-'):
                words.RemoveRange(0, 2);
                return true;
            case "ip" when words.Count > 4 && words[1] is "netns" or "net" && words[2] == "exec":
                netns = words[3];
                words.RemoveRange(0, 4);
                return true;
            case "ssh" when words.Count > 2:
                var host = words.FindIndex(1, w => !w.StartsWith('-'));
                node = host > 0 ? words[host][(words[host].IndexOf('@') + 1)..] : node;
                words.RemoveRange(0, host > 0 ? host + 1 : 1);
                return true;
            case "kubectl" or "oc" or "k" or "docker" or "podman" or "crictl" or "nerdctl":
                return UnwrapExec(words, ref netns);
            case "nsenter":
                return UnwrapNsenter(words, ref netns);
            default:
                return false;
        }
    }

    // kubectl exec [-n NS] POD [-c C] -- CMD; docker exec [-it] NAME CMD.
    private static bool UnwrapExec(List<string> words, ref string? netns)
    {
        var exec = words.IndexOf("exec");
        if (exec < 0)
        {
            return false;
        }

        var end = words.IndexOf("--");
        var name = words.FindIndex(exec + 1, w => !w.StartsWith('-'));
        while (name > exec + 1 && words[name - 1] is "-n" or "--namespace" or "-c" or "--container" or "-u" or "-e" or "-w")
        {
            name = words.FindIndex(name + 1, w => !w.StartsWith('-'));
        }

        if (name < 0 || (end >= 0 && name > end))
        {
            return false;
        }

        netns = words[name][(words[name].IndexOf('/') + 1)..];
        words.RemoveRange(0, Math.Max(name, end) + 1);
        return true;
    }

    private static bool UnwrapNsenter(List<string> words, ref string? netns)
    {
        var command = words.FindIndex(1, w => IsKnown(w));
        if (command < 0)
        {
            return false;
        }

        for (var i = 1; i < command; i++)
        {
            if (words[i].StartsWith("--net=", StringComparison.Ordinal) || words[i].StartsWith("-n", StringComparison.Ordinal) && words[i].Contains('/'))
            {
                netns = words[i][(words[i].LastIndexOf('/') + 1)..];
            }
            else if (words[i] is "-t" or "--target")
            {
                netns ??= $"pid {words[i + 1]}";
            }
        }

        words.RemoveRange(0, command);
        return true;
    }

    private static string? NamespaceOption(List<string> words)
    {
        var option = words.FindIndex(1, w => w is "-n" or "-netns");
        if (option < 0 || option + 1 >= words.Count)
        {
            return null;
        }

        var name = words[option + 1];
        words.RemoveRange(option, 2);
        return name;
    }

    private static string Name(string word) => word[(word.LastIndexOf('/') + 1)..];
}
