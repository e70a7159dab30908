/* The limit: reads a pcap with read(2) and walks Ethernet, IPv4 and TCP headers, summing payload bytes. No flow table, no analysis.
   cc -O2 -o headerwalk headerwalk.c && ./headerwalk FILE */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 512 * 1024, FILE_HEADER = 24, RECORD_HEADER = 16, MOST_FRAME = 262144 };

static unsigned char window[WINDOW];

static uint32_t u32(const unsigned char *p) { uint32_t v; memcpy(&v, p, 4); return v; }

int main(int argc, char **argv)
{
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (fd < 0) {
        fprintf(stderr, "usage: headerwalk FILE (a little-endian pcap)\n");
        return 2;
    }
    size_t start = 0, end = 0;
    uint64_t packets = 0, tcp = 0, payload = 0;
    int header_seen = 0;
    for (;;) {
        memmove(window, window + start, end - start);
        end -= start;
        start = 0;
        ssize_t n = read(fd, window + end, WINDOW - end);
        if (n <= 0)
            break;
        end += (size_t)n;
        if (!header_seen) {
            if (end < FILE_HEADER || (u32(window) != 0xa1b2c3d4 && u32(window) != 0xa1b23c4d) || u32(window + 20) != 1) {
                fprintf(stderr, "headerwalk: %s: not a little-endian pcap of Ethernet\n", argv[1]);
                return 1;
            }
            header_seen = 1;
            start = FILE_HEADER;
        }
        while (end - start >= RECORD_HEADER) {
            const unsigned char *record = window + start;
            uint32_t captured = u32(record + 8);
            if (captured > MOST_FRAME) {
                fprintf(stderr, "headerwalk: %s: damaged\n", argv[1]);
                return 1;
            }
            if (end - start - RECORD_HEADER < captured)
                break;
            const unsigned char *frame = record + RECORD_HEADER;
            packets++;
            if (captured >= 54 && frame[12] == 8 && frame[13] == 0 && frame[14] == 0x45 && frame[23] == 6) {
                uint32_t total = (uint32_t)frame[16] << 8 | frame[17];
                uint32_t headers = 20 + (uint32_t)(frame[46] >> 4) * 4;
                tcp++;
                payload += total > headers ? total - headers : 0;
            }
            start += RECORD_HEADER + captured;
        }
    }
    printf("%" PRIu64 " packets, %" PRIu64 " TCP, %" PRIu64 " payload bytes\n", packets, tcp, payload);
    return 0;
}
