# Sends one ARP frame as it is told: forge.py DEVICE ETH_DST ETH_SRC OPERATION SHA SPA THA TPA
import socket
import struct
import sys

device, eth_dst, eth_src, operation, sha, spa, tha, tpa = sys.argv[1:]


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


frame = mac(eth_dst) + mac(eth_src) + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, int(operation))
frame += mac(sha) + socket.inet_aton(spa) + mac(tha) + socket.inet_aton(tpa)
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
card.bind((device, 0))
card.send(frame)
