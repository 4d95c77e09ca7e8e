import { systemReason } from "../../files/system-error.ts";
import type { WatchEvent } from "../../reports/event.ts";
import type { EventSink } from "../event-sink.ts";
import { Outage } from "./outage.ts";
import { Outbox } from "./outbox.ts";
import { pause, type RetryPace, waitMs } from "./retry.ts";
import type { Say } from "./say.ts";
import { type SyslogMessage, type SyslogOrigin, syslogMessage } from "./syslog-message.ts";
import { type SyslogTarget, targetText } from "./syslog-target.ts";
import { openTransport, type SyslogTransport } from "./syslog-transport.ts";

const QUEUE = 1024;
const CLOSING_MS = 2000;

export interface SyslogSetting {
  readonly target: SyslogTarget;
  readonly origin: SyslogOrigin;
  readonly pace: RetryPace;
  readonly say: Say;
}

/** `--syslog`: every event as a message of RFC 5424. */
export class SyslogSink implements EventSink {
  readonly name = "syslog";
  private readonly setting: SyslogSetting;
  private readonly outage: Outage;
  private readonly outbox: Outbox<WatchEvent>;
  private transport: SyslogTransport | null = null;
  /** Datagrams that nobody took, as it turned out later. */
  private refused = 0;

  constructor(setting: SyslogSetting) {
    this.setting = setting;
    this.outage = new Outage(`syslog ${targetText(setting.target)}`, setting.say, () => this.dropped);
    this.outbox = new Outbox(QUEUE, (event, signal) =>
      this.send(syslogMessage(event, setting.origin), signal),
    );
  }

  get dropped(): number {
    return this.outbox.dropped + this.refused;
  }

  deliver(event: WatchEvent): void {
    this.outbox.put(event);
  }

  async close(): Promise<void> {
    await this.outbox.close(CLOSING_MS);
    await this.transport?.close();
  }

  /** Tries until it is sent; RFC 6587 knows no acknowledgement, so sent is what the kernel took. */
  private async send(message: SyslogMessage, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        this.transport ??= await openTransport(this.setting.target, () => this.refused++, signal);
        await this.transport.send(message, signal);
        // That a datagram is sent says nothing of its arrival.
        if (this.setting.target.transport !== "udp") this.outage.ended();
        return;
      } catch (error) {
        void this.transport?.close();
        this.transport = null;
        if (signal.aborted) throw error;
        this.outage.began(systemReason(error));
        await pause(waitMs(this.setting.pace, attempt), signal);
        if (signal.aborted) throw error;
      }
    }
  }
}
