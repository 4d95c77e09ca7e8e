import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { scratchPath } from "../../support/scratch.ts";
import { until } from "./events.ts";

/** A message's parts, as it understood them. */
interface Message {
  readonly severity: string;
  readonly facility: string;
  readonly time: string;
  readonly app: string;
  readonly process: string;
  readonly id: string;
  readonly data: string;
  readonly text: string;
  readonly by: string;
  readonly version: string;
}

/** The system log that Debian comes with, as a process of its own, on loopback and on a socket of its own. */
export class Rsyslog {
  readonly port: number;
  readonly socket: string;
  private readonly directory: string;
  private child: ChildProcess | null = null;

  private constructor(port: number, name: string) {
    this.port = port;
    // A socket's path has no more than 108 bytes.
    this.directory = scratchPath(name);
    this.socket = join(this.directory, "log");
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(join(this.directory, "conf"), this.configuration());
  }

  static async prepare(name: string): Promise<Rsyslog> {
    return new Rsyslog(await freePort(), name);
  }

  async start(): Promise<void> {
    rmSync(this.socket, { force: true });
    const args = ["-n", "-f", join(this.directory, "conf"), "-i", join(this.directory, "pid")];
    this.child = spawn("rsyslogd", args, { stdio: "ignore" });
    await until(() => existsSync(this.socket));
    await listening(this.port);
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    this.child = null;
  }

  /** One line a message: what it understood of it. */
  get received(): readonly Message[] {
    const path = join(this.directory, "received");
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  private configuration(): string {
    const part = (name: string, property: string) =>
      `constant(value="\\"${name}\\":\\"") property(name="${property}" format="json") constant(value="\\"")`;
    const parts = [
      part("severity", "syslogseverity-text"),
      part("facility", "syslogfacility-text"),
      part("time", "timereported"),
      part("app", "app-name"),
      part("process", "procid"),
      part("id", "msgid"),
      part("data", "structured-data"),
      part("text", "msg"),
      part("by", "inputname"),
      part("version", "protocol-version"),
    ];
    const unix = `input(type="imuxsock" Socket="${this.socket}" UseSpecialParser="off" ParseHostname="on"`;
    return `
      module(load="imudp") module(load="imtcp") module(load="imuxsock" SysSock.Use="off")
      template(name="parts" type="list") {
        constant(value="{") ${parts.join(' constant(value=",")\n')} constant(value="}\\n")
      }
      ruleset(name="all") { action(type="omfile" file="${join(this.directory, "received")}" template="parts") }
      input(type="imudp" Address="127.0.0.1" Port="${this.port}" ruleset="all")
      input(type="imtcp" Address="127.0.0.1" Port="${this.port}" ruleset="all")
      ${unix} ruleset="all")
    `;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("rsyslogd does not listen");
}
