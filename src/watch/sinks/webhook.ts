import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { LvsPcapError } from "../../errors.ts";
import { systemReason } from "../../files/system-error.ts";
import type { WatchEvent } from "../../reports/event.ts";
import type { EventSink } from "../event-sink.ts";
import { Outage } from "./outage.ts";
import { Outbox } from "./outbox.ts";
import { pause, type RetryPace, waitMs } from "./retry.ts";
import type { Say } from "./say.ts";

const QUEUE = 1024;
const CLOSING_MS = 3000;
const MOST_ATTEMPTS = 8;
/** A server that asks for more patience than this is not going to get it. */
const LONGEST_RETRY_AFTER_MS = 300_000;

export interface WebhookSetting {
  readonly url: URL;
  readonly userAgent: string;
  /** From the first byte sent to the last received. */
  readonly timeoutMs: number;
  readonly pace: RetryPace;
  readonly say: Say;
}

/** @throws LvsPcapError `bad-usage` */
export function parseWebhookUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new LvsPcapError("bad-usage", `--webhook ${withoutSecret(text)}: expected an http or https URL`);
  }
  return url;
}

/** `--webhook`: every event as the JSON body of a POST, one at a time and in order. */
export class WebhookSink implements EventSink {
  readonly name = "webhook";
  private readonly setting: WebhookSetting;
  private readonly outage: Outage;
  private readonly outbox: Outbox<WatchEvent>;

  constructor(setting: WebhookSetting) {
    this.setting = setting;
    // Path and credentials of a webhook are often its password.
    this.outage = new Outage(`webhook ${setting.url.origin}`, setting.say, () => this.dropped);
    this.outbox = new Outbox(QUEUE, (event, signal) => this.deliverBody(JSON.stringify(event), signal));
  }

  get dropped(): number {
    return this.outbox.dropped;
  }

  deliver(event: WatchEvent): void {
    this.outbox.put(event);
  }

  close(): Promise<void> {
    return this.outbox.close(CLOSING_MS);
  }

  private async deliverBody(body: string, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.post(body, signal);
      if (outcome === null) {
        this.outage.ended();
        return;
      }
      this.outage.began(outcome.problem, outcome.mayRetry);
      if (!outcome.mayRetry || attempt + 1 >= MOST_ATTEMPTS || signal.aborted)
        throw new Error(outcome.problem);
      await pause(outcome.retryAfterMs ?? waitMs(this.setting.pace, attempt), signal);
      if (signal.aborted) throw new Error(outcome.problem);
    }
  }

  /** Null where the server took it. */
  private post(body: string, signal: AbortSignal): Promise<Failure | null> {
    const { url, userAgent, timeoutMs } = this.setting;
    const open = url.protocol === "https:" ? requestHttps : requestHttp;
    return new Promise((resolve) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": userAgent,
      };
      const settle = (failure: Failure | null) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        resolve(failure);
      };
      const failed = (error: unknown) =>
        settle({ problem: systemReason(error), mayRetry: true, retryAfterMs: null });
      const posting: ClientRequest = open(url, { method: "POST", headers }, (response) => {
        response.on("error", failed);
        response.on("end", () => settle(judge(response)));
        response.resume();
      });
      posting.on("error", failed);
      const giveUp = () => posting.destroy(new Error("no more time"));
      const timer = setTimeout(
        () => posting.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
      signal.addEventListener("abort", giveUp);
      posting.end(body);
    });
  }
}

interface Failure {
  readonly problem: string;
  readonly mayRetry: boolean;
  /** What the server asked for. */
  readonly retryAfterMs: number | null;
}

function judge({ statusCode = 0, headers }: IncomingMessage): Failure | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  // Another try would be answered alike, but for a timeout, a conflict of the moment, and too many requests.
  const mayRetry = statusCode >= 500 || [408, 425, 429].includes(statusCode);
  return {
    problem: `answered with status ${statusCode}`,
    mayRetry,
    retryAfterMs: retryAfterMs(headers["retry-after"]),
  };
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterMs(value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}

function withoutSecret(text: string): string {
  return text.length > 40 ? `${text.slice(0, 20)}...` : text;
}
