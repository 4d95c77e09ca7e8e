"""The director's side of tunnelling: wraps what arrives for the VIP into IPIP and sends it to a real server.

usage: wrap.py VIP DIRECTOR REAL_SERVER...

Sees a frame before the ingress hook drops it, because the socket is bound to ETH_P_ALL: those taps are served first
(__netif_receive_skb_core), while a socket bound to 0x0800 alone would come after the hook.
"""

import socket
import struct
import sys

ETH_P_ALL = 0x0003
PACKET_HOST = 0

vip = socket.inet_aton(sys.argv[1])
director = socket.inet_aton(sys.argv[2])
real_servers = sys.argv[3:]

tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
tap.bind(("eth0", ETH_P_ALL))
# IPPROTO_RAW implies IP_HDRINCL; the kernel routes the packet and asks for the real server's MAC as ip_vs_tunnel_xmit does.
wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def one_hop_less(packet):
    length = (packet[0] & 15) * 4
    header = bytearray(packet[:length])
    header[8] -= 1
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack("!H", checksum(bytes(header)))
    return bytes(header) + packet[length : struct.unpack_from("!H", packet, 2)[0]]


print("ready", flush=True)
while True:
    packet, (_, protocol, kind, *_) = tap.recvfrom(65535)
    if kind != PACKET_HOST or protocol != 0x0800 or packet[16:20] != vip:
        continue
    source_port = struct.unpack_from("!H", packet, (packet[0] & 15) * 4)[0]
    chosen = real_servers[source_port % len(real_servers)]
    inner = one_hop_less(packet)
    outer = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(inner), 0, 0x4000, 64, 4, 0, director, socket.inet_aton(chosen))
    wire.sendto(outer + inner, (chosen, 0))
