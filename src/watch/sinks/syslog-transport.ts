import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { systemCode } from "../../files/system-error.ts";
import { APP_NAME, SD_ID, type SyslogMessage, structuredParameter } from "./syslog-message.ts";
import type { SyslogTarget } from "./syslog-target.ts";

/** A way to somebody who takes messages; what rejects has to be opened anew. */
export interface SyslogTransport {
  send(message: SyslogMessage, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_MS = 5000;
/** A receiver that takes nothing for so long is as good as gone. */
const SEND_MS = 10_000;
const LOGGER_MS = 5000;

/** @param refused called where the other side turns out not to have taken a datagram sent before */
export async function openTransport(
  target: SyslogTarget,
  refused: () => void,
  signal: AbortSignal,
): Promise<SyslogTransport> {
  switch (target.transport) {
    case "udp":
      return openUdp(target.host, target.port, refused);
    case "tcp":
      return new StreamTransport(
        await connected({ host: target.host, port: target.port }, signal),
        countOctets,
      );
    case "unix":
      return openUnix(target.path, signal);
  }
}

/** RFC 6587, section 3.4.1: octet counting. */
function countOctets({ bytes }: SyslogMessage): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/** Section 3.4.2: who listens on a local stream splits by line feeds; a message has none within. */
function endLine({ bytes }: SyslogMessage): Buffer {
  return Buffer.concat([bytes, Buffer.from("\n")]);
}

async function openUdp(host: string, port: number, refused: () => void): Promise<SyslogTransport> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  // Only a connected socket hears that nobody listens there.
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, address, resolve);
  });
  let refusal: Error | null = null;
  socket.on("error", (error) => {
    refusal ??= error;
    refused();
  });
  return {
    send: ({ bytes }) => {
      if (refusal !== null) return Promise.reject(refusal);
      return new Promise((resolve, reject) => {
        socket.send(bytes, (error) => (error === null ? resolve() : reject(error)));
      });
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

class StreamTransport implements SyslogTransport {
  private readonly socket: Socket;
  private readonly frame: (message: SyslogMessage) => Buffer;
  private gone: Error | null = null;

  constructor(socket: Socket, frame: (message: SyslogMessage) => Buffer) {
    this.socket = socket;
    this.frame = frame;
    socket.setKeepAlive(true, 60_000);
    socket.on("error", (error) => {
      this.gone ??= error;
    });
    // A receiver says nothing; its end is all that there is to read.
    socket.on("close", () => {
      this.gone ??= new Error("the connection was closed");
    });
    socket.resume();
  }

  send(message: SyslogMessage, signal: AbortSignal): Promise<void> {
    if (this.gone !== null) return Promise.reject(this.gone);
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        this.socket.off("close", giveUp);
        if (error == null) resolve();
        else reject(error);
      };
      const giveUp = () => {
        this.socket.destroy();
        settle(this.gone ?? new Error("the receiver takes nothing"));
      };
      const timer = setTimeout(giveUp, SEND_MS);
      signal.addEventListener("abort", giveUp);
      this.socket.once("close", giveUp);
      this.socket.write(this.frame(message), settle);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) {
        resolve();
        return;
      }
      const timer = setTimeout(() => this.socket.destroy(), 1000);
      this.socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      this.socket.end();
    });
  }
}

function connected(
  to: { readonly host: string; readonly port: number } | { readonly path: string },
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to);
    const giveUp = () => socket.destroy(new Error("no connection in time"));
    const timer = setTimeout(giveUp, CONNECT_MS);
    signal.addEventListener("abort", giveUp);
    const settled = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    };
    socket.once("connect", () => {
      settled();
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.on("error", (error) => {
      settled();
      reject(error);
    });
  });
}

/** Most system logs listen for datagrams on their socket, which Node cannot send: then logger(1) of util-linux does. */
async function openUnix(path: string, signal: AbortSignal): Promise<SyslogTransport> {
  try {
    return new StreamTransport(await connected({ path }, signal), endLine);
  } catch (error) {
    if (systemCode(error) !== "EPROTOTYPE") throw error;
    return { send: (message) => runLogger(path, message), close: async () => {} };
  }
}

function runLogger(path: string, message: SyslogMessage): Promise<void> {
  const level = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"][message.priority & 7];
  const parameters = message.parameters.flatMap(([name, value]) => [
    "--sd-param",
    structuredParameter(name, value),
  ]);
  const options = [
    "--socket",
    path,
    "--rfc5424=notq",
    "--size",
    "4096",
    "--socket-errors=on",
    `--id=${message.processId}`,
  ];
  const args = [
    ...options,
    ...["--priority", `daemon.${level}`, "--tag", APP_NAME, "--msgid", message.messageId],
    ...["--sd-id", SD_ID, ...parameters, "--", message.text],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn("logger", args, { stdio: ["ignore", "ignore", "pipe"], timeout: LOGGER_MS });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (complaint.length < 200) complaint += chunk.toString();
    });
    child.on("error", () => reject(new Error("logger(1) of util-linux is needed for this socket")));
    child.on("close", (status) => {
      if (status === 0) resolve();
      else reject(new Error(complaint.split("\n", 1)[0] || "logger failed"));
    });
  });
}
