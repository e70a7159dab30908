namespace Whydrop.Cli.Commands;

/// <summary>Wireshark's observations (epan/dissectors/packet-tcp.c, "TCP Analysis" in the user's guide) in plain words.</summary>
internal static class ObservationWords
{
    public static IReadOnlyList<ObservationWord> All { get; } =
    [
        new("Retransmission", ["tcp.analysis.retransmission"], "Bytes that this end had sent before. It says that the sender sent again, not that the network lost anything: the first copy may have been lost, its acknowledgment may have been lost or late, or the capture may have seen one packet twice."),
        new("FastRetransmission", ["tcp.analysis.fast_retransmission", "fast retransmission"], "A retransmission right after duplicate acknowledgments (RFC 5681 3.2): the receiver got later data and reported the hole. One lost segment among delivered ones, or reordering."),
        new("SpuriousRetransmission", ["tcp.analysis.spurious_retransmission"], "Bytes sent again although the receiver had acknowledged them already. The acknowledgment was lost or late, or the retransmission timer fired too early: delay, not loss of data."),
        new("OutOfOrder", ["tcp.analysis.out_of_order", "out-of-order"], "A segment older than the newest one seen, soon after it: reordering in the network, or a retransmission whose first copy was lost before the capture point."),
        new("PreviousSegmentNotCaptured", ["tcp.analysis.lost_segment", "previous segment not captured"], "Bytes before this segment were not seen here. Lost before this point, taken another way, or missed by the capture: an acknowledgment of those bytes tells that they arrived."),
        new("AckedUnseenSegment", ["tcp.analysis.ack_lost_segment", "acked unseen segment"], "An acknowledgment for bytes that this capture never saw. The bytes arrived, so the capture missed them: capture loss or another path, never loss on the path."),
        new("DuplicateAck", ["tcp.analysis.duplicate_ack", "dupack"], "The same acknowledgment again without data: something arrived behind a hole. Three of them start a fast retransmission; with SACK they name what arrived."),
        new("WindowUpdate", ["tcp.analysis.window_update"], "The receiver offers more window without acknowledging more: the application has read. Normal."),
        new("WindowFull", ["tcp.analysis.window_full"], "The sender has filled the receiver's window and must wait: the receiver's application or buffer limits, not the network."),
        new("WindowLimited", [], "A full segment, and the receiver's window has no room for another: the sender must wait although the window is not quite full. The receiver's buffer limits, not the network. Wireshark has no word for it."),
        new("ZeroWindow", ["tcp.analysis.zero_window"], "The receiver offers no window: its application does not read. The network is not at fault."),
        new("ZeroWindowProbe", ["tcp.analysis.zero_window_probe"], "One byte or less sent to ask whether the window has opened. It looks like a retransmission and is none."),
        new("ZeroWindowProbeAck", ["tcp.analysis.zero_window_probe_ack"], "The answer to a zero-window probe."),
        new("KeepAlive", ["tcp.analysis.keep_alive", "keep-alive"], "A segment of at most one byte just before what was acknowledged (RFC 9293 3.8.4), to see whether the other end is still there. It looks like a retransmission and is none."),
        new("KeepAliveAck", ["tcp.analysis.keep_alive_ack"], "The answer to a keep-alive."),
        new("PortReused", ["tcp.analysis.reused_ports", "port numbers reused"], "A SYN with other sequence numbers on addresses and ports of an earlier connection. Normal for busy clients; a trouble when the server still holds the old one in TIME-WAIT."),
        new("Reset", ["tcp.flags.reset", "rst"], "The connection was torn down: no listener, an application that aborts, a firewall or load balancer that forgot the connection. Compare its TTL with the peer's to see who sent it."),
        new("SynRetry", ["syn retransmission"], "A SYN or SYN-ACK sent again (RFC 9293 3.10; one second after the first, then doubling): the other end did not answer, or the answer was lost. A full accept queue looks the same."),
    ];
}
