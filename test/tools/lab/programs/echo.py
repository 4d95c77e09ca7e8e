"""Serves UDP and TCP on one address and port, and answers with its own name.

usage: echo.py NAME ADDRESS PORT
"""

import socket
import sys
import threading

name, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

# Bound to the address itself and not to 0.0.0.0: the answer must leave with the VIP as its source.
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind((address, port))
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((address, port))
listener.listen(16)


def serve_connections():
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(2048)
            body = f"answered by {name}\n"
            head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall((head + body).encode())


threading.Thread(target=serve_connections, daemon=True).start()
print("ready", flush=True)
while True:
    request, sender = datagrams.recvfrom(2048)
    datagrams.sendto(f"answered by {name}: ".encode() + request, sender)
