using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>What objects of the pod network's plugin say of MTU, encapsulation, pod networks and BGP.</summary>
internal static class CniObject
{
    /// <summary>Members of cilium-config and what they mean; names changed in 1.14.</summary>
    private static readonly (string Key, string Setting)[] Cilium =
    [
        ("mtu", "mtu"), ("tunnel", "encapsulation"), ("tunnel-protocol", "encapsulation"), ("cluster-pool-ipv4-cidr", "pod-network"), ("cluster-pool-ipv6-cidr", "pod-network"),
        ("enable-bgp-control-plane", "bgp"),
    ];

    private static readonly (string Key, string Setting)[] CalicoVariables =
    [
        ("CALICO_IPV4POOL_CIDR", "pod-network"), ("CALICO_IPV6POOL_CIDR", "pod-network"), ("FELIX_IPINIPMTU", "mtu"), ("FELIX_VXLANMTU", "mtu"),
    ];

    public static void ConfigMap(JsonItem item, Findings findings)
    {
        var contents = item["data"];
        switch (item["metadata"]["name"].Text)
        {
            case "calico-config":
                Tell("mtu", contents["veth_mtu"]);
                if (contents["calico_backend"] is { Text: { } backend } at)
                {
                    Add(findings, at.Line, "calico", "bgp", backend == "bird" ? "true" : "false");
                    if (backend == "vxlan")
                    {
                        Add(findings, at.Line, "calico", "encapsulation", backend);
                    }
                }

                break;
            case "kube-flannel-cfg":
                Flannel(contents["net-conf.json"], findings);
                break;
            case "cilium-config":
                foreach (var (key, setting) in Cilium)
                {
                    Add(findings, contents[key].Line, "cilium", setting, contents[key].Text is "disabled" ? "none" : contents[key].Text);
                }

                if (contents["routing-mode"].Text == "native")
                {
                    Add(findings, contents["routing-mode"].Line, "cilium", "encapsulation", "none");
                }

                break;
            case "kube-router-cfg":
                foreach (var plugin in Embedded(contents["cni-conf.json"]).SelectMany(c => c["plugins"].Items.Append(c)))
                {
                    Add(findings, contents["cni-conf.json"].Line, "kube-router", "mtu", plugin["mtu"].Text);
                }

                break;
        }

        void Tell(string setting, JsonItem value) => Add(findings, value.Line, "calico", setting, value.Text);
    }

    /// <summary>IPPool (crd.projectcalico.org/v1, projectcalico.org/v3) and the operator's Installation.</summary>
    public static void Calico(string kind, JsonItem item, Findings findings)
    {
        var spec = item["spec"];
        if (kind == "IPPool")
        {
            Add(findings, spec["cidr"].Line, "calico", "pod-network", spec["cidr"].Text);
            var mode = spec["vxlanMode"].Text is "Always" or "CrossSubnet" ? "vxlan" : spec["ipipMode"].Text is "Always" or "CrossSubnet" ? "ipip" : "none";
            if (spec.Has("cidr"))
            {
                Add(findings, item.Line, "calico", "encapsulation", mode);
            }

            return;
        }

        var network = spec["calicoNetwork"];
        Add(findings, network["mtu"].Line, "calico", "mtu", network["mtu"].Text);
        Add(findings, network["bgp"].Line, "calico", "bgp", network["bgp"].Text switch { "Enabled" => "true", "Disabled" => "false", _ => null });
        foreach (var pool in network["ipPools"].Items)
        {
            Add(findings, pool.Line, "calico", "pod-network", pool["cidr"].Text);
            Add(findings, pool.Line, "calico", "encapsulation", pool["encapsulation"].Text?.Replace("CrossSubnet", "", StringComparison.Ordinal));
        }
    }

    /// <summary>Arguments and environment of the plugin's own containers: kube-router has no other settings, Calico's manifests set pools there.</summary>
    public static void OfPod(JsonItem pod, Findings findings)
    {
        foreach (var container in pod["spec"]["containers"].Items)
        {
            switch (container["name"].Text)
            {
                case "kube-router":
                    KubeRouter(container, findings);
                    break;
                case "calico-node":
                    foreach (var variable in container["env"].Items)
                    {
                        var (name, value) = (variable["name"].Text, variable["value"].Text);
                        Add(findings, variable.Line, "calico", CalicoVariables.FirstOrDefault(v => v.Key == name).Setting, value is "0" ? null : value);
                        if (name is "CALICO_IPV4POOL_IPIP" or "CALICO_IPV4POOL_VXLAN" && value is "Always" or "CrossSubnet")
                        {
                            Add(findings, variable.Line, "calico", "encapsulation", name.EndsWith("IPIP", StringComparison.Ordinal) ? "ipip" : "vxlan");
                        }
                    }

                    break;
            }
        }
    }

    private static void KubeRouter(JsonItem container, Findings findings)
    {
        foreach (var argument in container["args"].Items.Concat(container["command"].Items))
        {
            var text = argument.Text ?? "";
            var equals = text.IndexOf('=');
            var (key, value) = equals < 0 ? (text, "true") : (text[..equals], text[(equals + 1)..]);
            switch (key)
            {
                case "--bgp-graceful-restart":
                    Add(findings, argument.Line, "kube-router", "bgp-graceful-restart", value);
                    break;
                case "--run-router":
                    Add(findings, argument.Line, "kube-router", "bgp", value);
                    break;
                case "--enable-overlay" when value == "false":
                    Add(findings, argument.Line, "kube-router", "encapsulation", "none");
                    break;
                case "--overlay-encap":
                    Add(findings, argument.Line, "kube-router", "encapsulation", value);
                    break;
            }
        }
    }

    private static void Flannel(JsonItem text, Findings findings)
    {
        foreach (var settings in Embedded(text))
        {
            Add(findings, text.Line, "flannel", "pod-network", settings["Network"].Text);
            Add(findings, text.Line, "flannel", "pod-network", settings["IPv6Network"].Text);
            Add(findings, text.Line, "flannel", "encapsulation", settings["Backend"]["Type"].Text);
            Add(findings, text.Line, "flannel", "mtu", settings["Backend"]["MTU"].Text);
        }
    }

    // JSON inside a text member; a broken one says nothing.
    private static List<JsonItem> Embedded(JsonItem text)
    {
        var items = new List<JsonItem>();
        if (text.Text is { Length: > 0 and < 1 << 20 } content)
        {
            _ = JsonText.Parse(TextFile.FromText("", content), null, items.Add);
        }

        return items;
    }

    private static void Add(Findings findings, int line, string plugin, string? setting, string? value)
    {
        if (setting is not null && !string.IsNullOrEmpty(value) && value.Length <= 200)
        {
            findings.Add(new CniSetting(findings.At, findings.From(line), plugin, setting, value.ToLowerInvariant()));
        }
    }
}
