namespace Whydrop.Readers.Tests;

/// <summary>Objects of a cluster in each shape that kubectl prints; made up after the API's own fields.</summary>
internal static class ClusterSamples
{
    public const string PodsJson = """
        {
            "apiVersion": "v1",
            "items": [
                {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {
                        "creationTimestamp": "2024-02-20T01:00:00Z",
                        "labels": { "app": "web" },
                        "name": "web-0",
                        "namespace": "default",
                        "ownerReferences": [ { "apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web" } ],
                        "uid": "aaaa-1"
                    },
                    "spec": {
                        "containers": [ { "image": "nginx", "name": "web", "resources": { "limits": { "cpu": "500m", "memory": "128Mi" }, "requests": { "cpu": "0.25" } } } ],
                        "nodeName": "node-a"
                    },
                    "status": {
                        "containerStatuses": [
                            {
                                "containerID": "containerd://c0ffee",
                                "image": "docker.io/library/nginx:1",
                                "lastState": { "terminated": { "exitCode": 137, "finishedAt": "2024-02-20T02:00:00Z", "reason": "OOMKilled", "startedAt": "2024-02-20T01:00:05Z" } },
                                "name": "web",
                                "ready": true,
                                "restartCount": 3,
                                "state": { "running": { "startedAt": "2024-02-20T02:00:02Z" } }
                            }
                        ],
                        "hostIP": "10.0.0.5",
                        "phase": "Running",
                        "podIP": "10.244.1.5",
                        "podIPs": [ { "ip": "10.244.1.5" }, { "ip": "fd00:10:244::5" } ],
                        "startTime": "2024-02-20T01:00:01Z"
                    }
                },
                {
                    "apiVersion": "v1",
                    "kind": "Node",
                    "metadata": { "name": "node-a", "creationTimestamp": "2023-01-01T00:00:00Z", "labels": { "topology.kubernetes.io/zone": "zone-1" } },
                    "spec": { "podCIDR": "10.244.1.0/24", "podCIDRs": [ "10.244.1.0/24" ] },
                    "status": {
                        "addresses": [ { "address": "10.0.0.5", "type": "InternalIP" }, { "address": "node-a", "type": "Hostname" } ],
                        "conditions": [ { "type": "Ready", "status": "False", "reason": "KubeletNotReady", "lastTransitionTime": "2024-02-20T02:10:00Z" } ],
                        "nodeInfo": { "kernelVersion": "5.15.0-91-generic" }
                    }
                }
            ],
            "kind": "List",
            "metadata": { "resourceVersion": "" }
        }

        """;

    public const string ServicesYaml = """
        apiVersion: v1
        items:
        - apiVersion: v1
          kind: Service
          metadata:
            annotations:
              kubectl.kubernetes.io/last-applied-configuration: |
                {"apiVersion":"v1","kind":"Service"}
            name: web
            namespace: shop
          spec:
            clusterIP: 10.96.0.20
            clusterIPs:
            - 10.96.0.20
            externalTrafficPolicy: Local
            internalTrafficPolicy: Cluster
            ports:
            - name: http
              nodePort: 30170
              port: 9083
              protocol: TCP
              targetPort: 8080
            selector:
              app: web
            type: LoadBalancer
          status:
            loadBalancer:
              ingress:
              - ip: 192.0.2.80
        - apiVersion: v1
          kind: Endpoints
          metadata:
            name: web
            namespace: shop
          subsets:
          - addresses:
            - ip: 10.244.1.5
              nodeName: node-a
              targetRef:
                kind: Pod
                name: web-0
                namespace: shop
            notReadyAddresses:
            - ip: 10.244.2.6
            ports:
            - name: http
              port: 8080
              protocol: TCP
        - addressType: IPv4
          apiVersion: discovery.k8s.io/v1
          endpoints:
          - addresses:
            - 10.244.1.7
            conditions:
              ready: false
              serving: true
              terminating: true
            nodeName: node-a
          kind: EndpointSlice
          metadata:
            labels:
              kubernetes.io/service-name: web
            name: web-abcde
            namespace: shop
          ports:
          - name: http
            port: 8080
            protocol: TCP
        kind: List
        metadata:
          resourceVersion: ""

        """;

    public const string ConfigMapYaml = """
        apiVersion: v1
        data:
          cni-conf.json: |
            {
              "name": "cbr0"
            }
          net-conf.json: |
            {
              "Network": "10.244.0.0/16",
              "Backend": { "Type": "vxlan", "MTU": 1400 }
            }
        kind: ConfigMap
        metadata:
          name: kube-flannel-cfg
          namespace: kube-flannel

        """;

    public const string DescribePod = """
        Name:             web-0
        Namespace:        default
        Priority:         0
        Service Account:  default
        Node:             node-a/10.0.0.5
        Start Time:       Tue, 20 Feb 2024 09:00:01 +0800
        Labels:           app=web
                          tier=front
        Annotations:      cni.projectcalico.org/podIP: 10.244.1.5/32
        Status:           Running
        IP:               10.244.1.5
        IPs:
          IP:           10.244.1.5
        Controlled By:  StatefulSet/web
        Containers:
          web:
            Container ID:   containerd://c0ffee
            Image:          nginx
            Port:           80/TCP
            State:          Running
              Started:      Tue, 20 Feb 2024 10:00:02 +0800
            Last State:     Terminated
              Reason:       OOMKilled
              Exit Code:    137
              Started:      Tue, 20 Feb 2024 09:00:05 +0800
              Finished:     Tue, 20 Feb 2024 10:00:00 +0800
            Ready:          True
            Restart Count:  3
            Limits:
              cpu:        500m
              memory:     128Mi
            Environment:  <none>
        Conditions:
          Type              Status
          Ready             True
        Events:
          Type     Reason     Age                From     Message
          ----     ------     ----               ----     -------
          Warning  BackOff    2m (x5 over 10m)   kubelet  Back-off restarting failed container: web

        """;

    public const string DescribeNode = """
        Name:               node-a
        Roles:              worker
        Labels:             kubernetes.io/hostname=node-a
        CreationTimestamp:  Sun, 01 Jan 2023 00:00:00 +0000
        Taints:             <none>
        Conditions:
          Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason              Message
          ----             ------  -----------------                 ------------------                ------              -------
          MemoryPressure   True    Tue, 20 Feb 2024 02:00:00 +0000   Tue, 20 Feb 2024 01:59:00 +0000   KubeletHasPressure  kubelet is short
        Addresses:
          InternalIP:  10.0.0.5
          Hostname:    node-a
        System Info:
          Kernel Version:  5.15.0-91-generic
        PodCIDR:           10.244.1.0/24
        Events:            <none>

        """;

    public const string WidePods = """
        NAMESPACE     NAME                READY   STATUS    RESTARTS      AGE     IP            NODE     NOMINATED NODE   READINESS GATES
        default       web-0               1/1     Running   3 (5m ago)    10d     10.244.1.5    node-a   <none>           <none>
        kube-system   kube-router-x7   1/1     Running   0             9d      10.0.0.5      node-a   <none>           <none>

        """;

    public const string EventTable = """
        LAST SEEN           TYPE      REASON      OBJECT                MESSAGE
        5m (x3 over 10m)    Warning   BackOff     pod/kube-router-x7    Back-off restarting failed container
        30s                 Normal    NodeReady   node/node-a           Node node-a status is now: NodeReady

        """;

    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("kubectl-json", "list", PodsJson), ("kubectl-yaml", "list", ServicesYaml), ("kubectl-yaml", "config map", ConfigMapYaml), ("kubectl-describe", "pod", DescribePod),
        ("kubectl-describe", "node", DescribeNode), ("kubectl-table", "pods -o wide -A", WidePods), ("kubectl-table", "events", EventTable),
    ];
}
