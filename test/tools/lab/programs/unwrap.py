"""A real server's side of tunnelling: a tun device that hands the inside of IPIP packets to the kernel.

usage: unwrap.py DEVICE
"""

import fcntl
import os
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000

device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
# That this socket is open also keeps the kernel from answering 'protocol unreachable' (ip_local_deliver_finish).
wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IPIP)

print("ready", flush=True)
while True:
    packet = wire.recv(65535)
    os.write(device, packet[(packet[0] & 15) * 4 :])
