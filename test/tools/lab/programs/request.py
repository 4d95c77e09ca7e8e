"""Sends requests at a steady pace, each a flow of its own, and prints who answered.

usage: request.py udp|tcp SOURCE ADDRESS PORT COUNT INTERVAL FIRST_SOURCE_PORT
"""

import socket
import sys
import time

protocol, source, address, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
count, interval, first_port = int(sys.argv[5]), float(sys.argv[6]), int(sys.argv[7])


def ask_udp(number, timeout):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(timeout)
        asking.bind((source, first_port + number))
        asking.sendto(f"request {number + 1}".encode(), (address, port))
        return asking.recv(2048)


def ask_tcp(number, timeout):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as asking:
        asking.settimeout(timeout)
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        asking.bind((source, first_port + number))
        asking.connect((address, port))
        asking.sendall(f"GET /{number + 1} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while chunk := asking.recv(2048):
            answer += chunk
        return answer.split(b"\r\n\r\n")[-1]


ask = {"udp": ask_udp, "tcp": ask_tcp}[protocol]
start = time.monotonic()
for number in range(count):
    time.sleep(max(0.0, start + number * interval - time.monotonic()))
    try:
        answer = ask(number, interval * 0.9)
        print(answer.decode().split(":")[0].strip(), flush=True)
    except OSError:
        print("no answer", flush=True)
