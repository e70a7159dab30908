namespace Whydrop.Readers.Tests;

/// <summary>Samples of load tools and probers, and of ip monitor.</summary>
internal static class LoadSamples
{
    public const string Csv = """
        time,latency_ms,status
        2026-11-21T21:15:39.601Z,62.6,200
        2026-11-21T21:15:39.701Z,61.0,200
        2026-11-21T21:15:39.801Z,63.1,200
        2026-11-21T21:15:40.614Z,2180.0,200
        2026-11-21T21:15:41.000Z,60.4,503

        """;

    public const string Jmeter = """
        timeStamp,elapsed,label,responseCode,success
        1795295736000,12,GET /,200,true
        1795295736100,14,GET /,200,true
        1795295737000,1014,GET /,200,true

        """;

    public const string AbSamples = "starttime\tseconds\tctime\tdtime\tttime\twait\nSat Nov 21 21:15:36 2026\t1795295736\t0\t1\t1\t1\nSat Nov 21 21:15:37 2026\t1795295737\t0\t2\t2\t2\nSat Nov 21 21:15:38 2026\t1795295738\t1003\t5\t1008\t5\n";

    public const string Ab = """
        This is ApacheBench, Version 2.3 <$Revision: 1903618 $>
        Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/

        Benchmarking 10.0.0.1 (be patient).....done

        Concurrency Level:      4
        Time taken for tests:   30.030 seconds
        Complete requests:      400
        Failed requests:        3
           (Connect: 0, Receive: 0, Length: 3, Exceptions: 0)

        Percentage of the requests served within a certain time (ms)
          50%      2
          90%      4
          99%   1006
         100%   3014 (longest request)

        """;

    /// <summary>Of Apache 2.0 to 2.2.6: six decimals, no "Receive" among the failures, write errors, progress in lines.</summary>
    public const string Ab20 = """
        This is ApacheBench, Version 2.0.40-dev <$Revision: 1.146 $> apache-2.0
        Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
        Copyright 2006 The Apache Software Foundation, http://www.apache.org/

        Benchmarking 10.0.0.1 (be patient)
        Completed 100 requests
        Finished 400 requests


        Concurrency Level:      4
        Time taken for tests:   30.030112 seconds
        Complete requests:      400
        Failed requests:        3
           (Connect: 0, Length: 3, Exceptions: 0)
        Write errors:           0
        Requests per second:    13.32 [#/sec] (mean)

        Percentage of the requests served within a certain time (ms)
          50%      2
          90%      4
          99%   1006
         100%   3014 (longest request)

        """;

    public const string Wrk = """
        Running 30s test @ http://10.0.0.1:8080/
          1 threads and 2 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency     2.29ms    2.02ms  1.02s    84.47%
            Req/Sec     0.98k   294.45     1.43k    70.00%
          Latency Distribution
             50%    1.41ms
             90%    5.49ms
             99%    1.01s
          977 requests in 30.00s, 395.15KB read
          Socket errors: connect 0, read 2, write 0, timeout 3
        Requests/sec:    976.15

        """;

    /// <summary>wrk2: calibration lines, an HdrHistogram with three decimals.</summary>
    public const string Wrk2 = """
        Running 30s test @ http://10.0.0.1:8080/
          2 threads and 100 connections
          Thread calibration: mean lat.: 9747 usec, rate sampling interval: 21 msec
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency     6.46ms    1.93ms  12.34ms   67.66%
            Req/Sec     1.05k     1.12k    2.50k    64.84%
          Latency Distribution (HdrHistogram - Recorded Latency)
         50.000%    6.67ms
         90.000%    8.39ms
         99.000%   10.73ms
        100.000%   12.35ms

          60018 requests in 30.00s, 19.81MB read
          Socket errors: connect 0, read 0, write 0, timeout 4
        Requests/sec:   2000.28

        """;

    public const string Fortio = """
        Fortio 1.60.3 running at 8 queries per second, 2->2 procs, for 5s: http://10.0.0.1:8080/
        Ended after 5.098196115s : 40 calls. qps=7.8459
        # range, mid point, percentile, count
        >= 0.07 <= 0.08 , 0.075 , 27.50, 11
        # target 50% 0.0869231
        # target 99% 0.117084
        Code -1 : 2 (5.0 %)
        Code 200 : 38 (95.0 %)

        """;

    public const string FortioJson = """
        {
          "RunType": "HTTP",
          "Labels": "",
          "StartTime": "2026-11-21T21:15:36.5Z",
          "RequestedQPS": "8",
          "ActualQPS": 7.8459,
          "ActualDuration": 5098196115,
          "NumThreads": 4,
          "DurationHistogram": { "Count": 40, "Min": 0.07, "Max": 1.118, "Percentiles": [ { "Percentile": 50, "Value": 0.0869231 }, { "Percentile": 99, "Value": 1.1 } ] },
          "RetCodes": { "200": 38, "503": 2 }
        }

        """;

    public const string RouteMonitor = """
        [2026-11-21T21:06:32.468132] Deleted 10.244.2.0/24 via 10.20.2.12 dev to-b proto bird metric 32 
        [2026-11-21T21:06:36.977359] 10.244.2.0/24 via 10.20.2.12 dev to-b proto bird metric 32 
        [2026-11-21T21:06:37.000000] Deleted 10.20.9.0/24 dev eth9 proto kernel scope link src 10.20.9.1 

        """;

    public const string RouteMonitorLong = """
        Timestamp: Sat Nov 21 21:06:32 2026 468132 usec
        Deleted fd00:20:b:2::/64 via fe80::1 dev eth0 proto bird metric 32 pref medium

        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("load-samples", "csv", Csv), ("load-samples", "JMeter", Jmeter), ("load-samples", "ab -g", AbSamples), ("load-summary", "ab", Ab), ("load-summary", "ab 2.0.40-dev", Ab20), ("load-summary", "wrk", Wrk), ("load-summary", "wrk2", Wrk2), ("load-summary", "fortio", Fortio), ("fortio-json", "1.60", FortioJson),
        ("ip-monitor-route", "-ts", RouteMonitor), ("ip-monitor-route", "-timestamp", RouteMonitorLong),
    ];
}
