using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Tests.Corpus;

/// <summary>
/// ARP and DNS against tshark 4.0 (arp.opcode; dns.time of answers from port 53). Where the figures differ by meaning: tshark takes the time from the
/// latest attempt, and an answer for another name as an answer.
/// </summary>
public class DatagramAgreement
{
    private const string Dpi = "captures/ntop/nDPI/tests/cfgs/default/pcap/";

    [CorpusFact]
    public void Requests_answers_and_their_times_are_those_of_tshark()
    {
        Agrees(Dpi + "android.pcap", 19, 21, 0.369555);
        Agrees(Dpi + "KakaoTalk_chat.pcap", 0, 18, 1.026978);
        Agrees(Dpi + "6in4tunnel.pcap", 0, 2, 0.182844);
        Agrees(Dpi + "conncheck.pcap", 0, 1, 0.008060);
        Agrees("captures/OISF/suricata-verify/tests/dns/dns-frames/input.pcap", 0, 1, 0.068429);
        Agrees("captures/boundary/wireshark/docbook/examples/test.cap", 1, 0, 0);
    }

    [CorpusFact]
    public void The_time_of_an_answer_counts_from_the_first_attempt_and_another_name_is_no_answer()
    {
        Agrees("captures/boundary/wireshark/test/captures/dns+icmp.pcapng.gz", 0, 5, 0.825247 + 5.001009); // One question was asked again after 5 s.
        Agrees(Dpi + "dns-invalid-chars.pcap", 0, 0, 0);
    }

    private static void Agrees(string path, long arp, int answers, double seconds)
    {
        using var file = CaptureFile.Open(Path.Combine(CorpusFolder.Path!, path));
        using var analysis = TcpAnalysis.Run(file);
        var facts = analysis.Facts("x", 0, _ => VantagePoint.Unknown).ToList();
        var answered = facts.OfType<DnsQuery>().Where(q => q.Answer is not null).ToList();

        Assert.Equal(arp, facts.OfType<NeighbourQuery>().Where(n => n.Target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork).Sum(n => n.Asked + n.Answered));
        Assert.Equal(answers, answered.Count);
        Assert.Equal(seconds, answered.Sum(q => q.Answer!.Value.TotalSeconds), 1e-4);
    }
}
