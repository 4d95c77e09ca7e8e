/*
 * The least that a reader of captures can do: read() the file in pieces of 256 KiB, walk the records, look at each
 * frame's ethertype and destination MAC, count. Little-endian pcap of Ethernet only.
 *
 *   floor FILE  →  {"frames":N,"arpFrames":N,"broadcastFrames":N}
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 256 << 10, LONGEST_RECORD = 262144 + 16, FILE_HEADER = 24, RECORD_HEADER = 16, ETHERNET_HEADER = 14 };

static uint8_t buffer[LONGEST_RECORD + PIECE];

static uint32_t little32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

int main(int argc, char **argv)
{
	uint64_t frames = 0, arp = 0, broadcast = 0;
	int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (file < 0 || read(file, buffer, FILE_HEADER) != FILE_HEADER || little32(buffer) != 0xa1b2c3d4) {
		fprintf(stderr, "floor: expected a little-endian pcap file\n");
		return 2;
	}
	size_t end = 0;
	for (;;) {
		ssize_t got = read(file, buffer + end, PIECE);
		if (got < 0) {
			perror("floor");
			return 2;
		}
		if (got == 0) break;
		end += (size_t)got;
		size_t at = 0;
		while (at + RECORD_HEADER <= end) {
			size_t captured = little32(buffer + at + 8);
			if (captured > LONGEST_RECORD - RECORD_HEADER) {
				fprintf(stderr, "floor: a record of %zu bytes\n", captured);
				return 2;
			}
			if (at + RECORD_HEADER + captured > end) break;
			const uint8_t *frame = buffer + at + RECORD_HEADER;
			if (captured >= ETHERNET_HEADER) {
				arp += frame[12] == 0x08 && frame[13] == 0x06;
				broadcast += little32(frame) == 0xffffffff;
			}
			frames++;
			at += RECORD_HEADER + captured;
		}
		memmove(buffer, buffer + at, end - at);
		end -= at;
	}
	if (end != 0) fprintf(stderr, "floor: cut short\n");
	printf("{\"frames\":%llu,\"arpFrames\":%llu,\"broadcastFrames\":%llu}\n", (unsigned long long)frames,
	       (unsigned long long)arp, (unsigned long long)broadcast);
	return 0;
}
