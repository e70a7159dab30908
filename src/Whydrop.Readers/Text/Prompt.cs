using System.Buffers;
using System.Net;
using System.Text.RegularExpressions;

namespace Whydrop.Readers.Text;

/// <summary>Lines that say which command's output follows: shell prompts, traces of "set -x", headings of collection scripts.</summary>
internal static partial class Prompt
{
    private const int Longest = 600;
    private const string NamespaceLabel = "netns: ";
    private const string HeadStart = "==> ";
    private const string HeadEnd = " <==";
    private const string Decoration = "-=#*>+<";

    private static readonly SearchValues<char> Marks = SearchValues.Create("#$>%+=-*:");

    private static readonly string[] Labels = ["Command:", "COMMAND:", "command:", "CMD:", "Cmd:", "cmd:", "Running:", "Running command:", "Executing:", "Output of "];

    private static readonly HashSet<string> Collectors = new(StringComparer.Ordinal)
    {
        "ip", "netstat", "nstat", "sysctl", "ifconfig", "route", "arp", "cat",
        "ss", "nft", "conntrack", "iptables", "iptables-save", "ip6tables", "ip6tables-save", "ipvsadm",
    };

    private static readonly HashSet<string> PlainArguments = new(StringComparer.Ordinal)
    {
        "a", "addr", "address", "l", "link", "r", "ro", "route", "ru", "rule", "n", "neigh", "neighbour", "show", "ls", "list", "table", "all", "get", "cache", "up",
        "ruleset", "nat", "filter", "mangle", "raw",
    };

    /// <summary>Whether the line separates two outputs. <paramref name="command"/> is null when it does not say a command.</summary>
    public static bool Is(string line, out CommandLine? command, out string? subject)
    {
        command = null;
        subject = null;
        if (line.Length is 0 or > Longest || char.IsWhiteSpace(line[0]))
        {
            return false;
        }

        // "ip -all netns exec ip addr" prints the namespace before each output.
        if (line.StartsWith(NamespaceLabel, StringComparison.Ordinal) && line.AsSpan(NamespaceLabel.Length).Trim() is { Length: > 0 } name && !name.Contains(' '))
        {
            command = new CommandLine(["ip"], null, name.ToString());
            return true;
        }

        // "node-b | CHANGED | rc=0 >>": ansible's heading of one host's output.
        if (line.EndsWith(">>", StringComparison.Ordinal) && line.IndexOf(" | ", StringComparison.Ordinal) is var bar and > 0 && line.Contains("rc=", StringComparison.Ordinal) && !line.AsSpan(0, bar).Contains(' '))
        {
            command = new CommandLine(["ansible"], line[..bar], null);
            return true;
        }

        // "==> cpu.stat <==": the heading of head and tail.
        if (line.StartsWith(HeadStart, StringComparison.Ordinal) && line.TrimEnd().EndsWith(HeadEnd, StringComparison.Ordinal) && line.Length > HeadStart.Length + HeadEnd.Length)
        {
            subject = line.TrimEnd()[HeadStart.Length..^HeadEnd.Length];
            return true;
        }

        var text = CommandOf(line);
        if (text is null)
        {
            return false;
        }

        if (text.StartsWith('/') && !text.Contains(' ') && !CommandLine.IsKnown(text))
        {
            // "--- /proc/net/snmp" as collection scripts print it.
            subject = text;
        }
        else if (text.Length > 0)
        {
            command = CommandLine.Parse(text);
            subject = command.Shown;
        }

        return true;
    }

    /// <summary>The command or file, nothing for a separator that names none, null for an ordinary line.</summary>
    private static string? CommandOf(string line)
    {
        if (line.AsSpan().IndexOfAny(Marks) < 0)
        {
            return IsBareCommand(line) ? line : null;
        }

        if (HostPrompt().Match(line) is { Success: true } host)
        {
            return host.Groups["command"].Value.Trim();
        }

        return Decorated(line) ?? Labelled(line) ?? (IsBareCommand(line) ? line : null);
    }

    // "### ip route ###", "==== ip a ====", "--- /proc/net/dev", "$ ip a", "+ ip a"
    private static string? Decorated(string line)
    {
        var mark = line[0];
        if (!Decoration.Contains(mark) && mark is not '$' and not '%')
        {
            return null;
        }

        var count = 0;
        while (count < line.Length && (line[count] == mark || Decoration.Contains(line[count])))
        {
            count++;
        }

        var text = line[Math.Max(count, 1)..].Trim();
        var separated = count >= 3 || (count < line.Length && line[Math.Max(count, 1)] == ' ') || mark is '$';
        if (!separated || (text.Length == 0 && count < 3))
        {
            return null;
        }

        var bare = text.TrimEnd('-', '=', '#', '*', '<', '>', '+', ':', ' ').Trim('`', '\'', '"');
        var space = bare.IndexOf(' ');
        var first = space < 0 ? bare : bare[..space];
        return count >= 3 || CommandLine.IsKnown(first) || (count >= 2 && bare.StartsWith('/')) ? bare : null;
    }

    private static string? Labelled(string line)
    {
        foreach (var label in Labels)
        {
            if (line.StartsWith(label, StringComparison.Ordinal))
            {
                return line[label.Length..].Trim().TrimEnd(':').Trim('`', '\'', '"');
            }
        }

        return null;
    }

    // A line that is nothing but a command: "netstat -s", "ip route get 10.0.0.1".
    private static bool IsBareCommand(string line)
    {
        var words = line.TrimEnd(':', ' ').Split(' ', 8);
        var first = words[0] == "sudo" && words.Length > 1 ? 1 : 0;
        var program = words[first][(words[first].LastIndexOf('/') + 1)..];
        if (words.Length == 8 || !Collectors.Contains(program) || (program is "cat" or "arp" or "route" or "ss" or "nft" or "conntrack" or "iptables" or "ip6tables" or "ipvsadm" && words.Length == first + 1))
        {
            return false;
        }

        return words.Skip(first + 1).All(w => w.StartsWith('-') || PlainArguments.Contains(w) || (program == "cat" && w.StartsWith('/')) || IPAddress.TryParse(w, out _));
    }

    // "[root@node ~]# ip a", "root@node:~# ip a", "user@host ~ % ip a", "/ # ip a", "bash-4.2$ ip a"
    [GeneratedRegex(@"^(\[[^\]]*\]|[\w.-]+@[\w.-]+[: ][\w.~/ -]*|[/~][\w./-]* |(ba|da|a|z|k)?sh-[\d.]+)[#$%](?<command>( .*)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex HostPrompt();
}
