import { discardDrafts } from "../files/draft.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Removes temporary files when a signal ends the process.
 *
 * @returns leaves the signals alone again
 */
export function discardDraftsOnSignal(): () => void {
  const forget = () => {
    for (const signal of SIGNALS) process.removeListener(signal, end);
  };
  const end = (signal: NodeJS.Signals) => {
    discardDrafts();
    forget();
    // Now without a listener: whoever waits for the process learns of the signal.
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return forget;
}
