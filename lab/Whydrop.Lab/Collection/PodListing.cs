using System.Text.Json;
using System.Text.Json.Nodes;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Collection;

/// <summary>A list of pods in the format of <c>kubectl get pods -A -o json</c>. The lab has no cluster: names, addresses and times are those of the run, the objects are made.</summary>
public static class PodListing
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Saves the client's pod, the server's and a third one as listed on the server's node.</summary>
    public static void Save(PodRun run, ListedPod third)
    {
        var network = run.Network;
        File.WriteAllText(
            Path.Combine(run.Recorder.Folder(network.NodeB), "kubectl-get-pods.json"),
            Of(
            [
                new ListedPod(network.Client.Label, "default", network.NodeA.Label, network.ClientPod!.Address, "client"),
                new ListedPod(network.Server.Label, "default", network.NodeB.Label, network.ServerPod.Address, "server"),
                third,
            ]));
    }

    /// <summary>The list as text.</summary>
    private static string Of(IEnumerable<ListedPod> pods) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["items"] = new JsonArray([.. pods.Select(Pod)]),
        ["kind"] = "List",
        ["metadata"] = new JsonObject { ["resourceVersion"] = "" },
    }.ToJsonString(Indented) + "\n";

    private static JsonObject Pod(ListedPod p) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = p.Name, ["namespace"] = p.Namespace, ["labels"] = new JsonObject { ["app"] = p.Container } },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = p.Container, ["image"] = $"registry.example.net/{p.Container}:1" }),
            ["hostNetwork"] = p.HostNetwork ? true : null,
            ["nodeName"] = p.Node,
        },
        ["status"] = new JsonObject
        {
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = p.Container,
                ["ready"] = true,
                ["restartCount"] = p.Restarts,
                ["lastState"] = p.LastEnded is null ? new JsonObject() : new JsonObject
                {
                    ["terminated"] = new JsonObject { ["exitCode"] = p.ExitCode, ["finishedAt"] = Time(p.LastEnded), ["reason"] = p.Reason, ["startedAt"] = Time(p.LastStarted ?? p.LastEnded) },
                },
                ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(p.LastEnded ?? DateTimeOffset.UnixEpoch.AddYears(56)) } },
            }),
            ["phase"] = "Running",
            ["podIP"] = p.Address,
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = p.Address }),
        },
    };

    private static string Time(DateTimeOffset? time) => time!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
