namespace Whydrop.Lab.Topologies.Pods;

/// <summary>Names of hosts and devices, and the networks that addresses are taken from: plain ones, or drawn so that a diagnosis cannot rely on them.</summary>
public sealed record PodNames
{
    private static readonly string[] Applications = ["checkout", "cart", "web", "api", "billing", "search", "orders", "auth"];
    private static readonly string[] Stores = ["postgres", "redis", "catalog", "inventory", "ledger", "queue", "users", "pricing"];

    /// <summary>The names that the documentation uses.</summary>
    public static PodNames Plain { get; } = new();

    /// <summary>Client pod or outside client.</summary>
    public string Client { get; init; } = "client";

    /// <summary>Node of the client.</summary>
    public string NodeA { get; init; } = "node-a";

    /// <summary>Node of the server.</summary>
    public string NodeB { get; init; } = "node-b";

    /// <summary>Server pod.</summary>
    public string Server { get; init; } = "server";

    /// <summary>Second server pod on node-b.</summary>
    public string Server2 { get; init; } = "server-2";

    /// <summary>Server pod on node-a.</summary>
    public string ServerA { get; init; } = "server-a";

    /// <summary>The nodes' uplink.</summary>
    public string Uplink { get; init; } = "eth0";

    /// <summary>Port that the server listens on.</summary>
    public int ServerPort { get; init; } = 8080;

    /// <summary>Port of the Service.</summary>
    public int ServicePort { get; init; } = 80;

    /// <summary>Port of the Service on the nodes.</summary>
    public int NodePort { get; init; } = 30080;

    /// <summary>First two bytes of the fabric's IPv4 addresses.</summary>
    public string Underlay4 { get; init; } = "10.20";

    /// <summary>First two bytes of pod addresses.</summary>
    public string Pods4 { get; init; } = "10.244";

    /// <summary>First two bytes of Service addresses.</summary>
    public string Services4 { get; init; } = "10.96";

    /// <summary>Third 16 bits of all IPv6 addresses, hexadecimal.</summary>
    public string Site6 { get; init; } = "20";

    /// <summary>Last byte of the first host address in a network; others follow.</summary>
    public int FirstHost { get; init; } = 11;

    /// <summary>Eight hexadecimal digits that device names of pods are made of.</summary>
    public string Hash { get; init; } = "7f3a9c1e";

    /// <summary>Names at random, the same for the same <paramref name="random"/>.</summary>
    public static PodNames Draw(Random random)
    {
        var client = Applications[random.Next(Applications.Length)];
        var server = Stores[random.Next(Stores.Length)];
        var nodes = random.Next(4);
        var (first, second) = (random.Next(2, 120), random.Next(120, 250));
        string Node(int number) => nodes switch
        {
            0 => $"worker-{number % 7}",
            1 => $"ip-10-0-{number % 4}-{number}",
            2 => $"k8s-n{number:00}.example.net",
            _ => $"gke-pool-{number:x4}",
        };
        return new PodNames
        {
            Client = $"{client}-{Tail(random, 10)}-{Tail(random, 5)}",
            Server = $"{server}-0",
            Server2 = $"{server}-1",
            ServerA = $"{server}-{random.Next(2, 9)}",
            NodeA = Node(nodes == 0 ? 1 : first),
            NodeB = Node(nodes == 0 ? 2 : second),
            Uplink = Pick(random, "eth0", "ens5", "enp1s0", "eth1"),
            ServerPort = int.Parse(Pick(random, "8080", "8443", "5432", "6379", "9090", "3000")),
            ServicePort = int.Parse(Pick(random, "80", "443", "5432", "8080")),
            NodePort = random.Next(30000, 32768),
            Underlay4 = Pick(random, $"10.{random.Next(1, 30)}", $"172.{random.Next(16, 20)}", "192.168"),
            Pods4 = Pick(random, "10.244", "10.42", $"10.{random.Next(100, 240)}", $"100.{random.Next(64, 127)}"),
            Services4 = Pick(random, "10.96", "10.43", $"172.{random.Next(20, 31)}"),
            Site6 = $"{random.Next(1, 0xfff):x}",
            FirstHost = random.Next(2, 200),
            Hash = $"{random.Next():x8}",
        };
    }

    private static string Pick(Random random, params string[] words) => words[random.Next(words.Length)];

    /// <summary>The letters that Kubernetes makes names of: no vowels, no 0, 1, 3 (k8s.io/apimachinery util/rand).</summary>
    private static string Tail(Random random, int length) =>
        string.Create(length, random, static (text, source) =>
        {
            const string letters = "bcdfghjklmnpqrstvwxz2456789";
            for (var i = 0; i < text.Length; i++)
                text[i] = letters[source.Next(letters.Length)];
        });
}
