import type { Command } from "commander";
import { LvsPcapError } from "../errors.ts";
import { wantsColor } from "./color.ts";
import type { CommandContext } from "./context.ts";

/** `lvs-pcap explain`: what the names in a report mean. */
export function addExplainCommand(program: Command, context: CommandContext): void {
  program
    .command("explain")
    .summary("say what a name in a report means, and how to fix it")
    .description(
      "Says what a kind of finding, a benign kind, a stage or a limit of a capture means,\nhow it comes about, how to confirm it on the machines, and how to fix it.",
    )
    .argument("[name]", "as in the report: vip-reply, proxy-arp, learned; without one, all are listed")
    .option("--no-color", "no colour, as with NO_COLOR in the environment")
    .action(async (name: string | undefined, flags: { color: boolean }) => {
      const { explainList, explainText } = await import("../reports/explain-text.ts");
      const { isTopicName, nearestTopic } = await import("../explain/topics.ts");
      const color = context.stdout.isTTY === true && wantsColor(flags, context);
      if (name === undefined) {
        context.stdout.write(explainList({ color }));
        return;
      }
      if (!isTopicName(name)) {
        const nearest = nearestTopic(name);
        const hint = nearest === null ? "lvs-pcap explain lists all" : `did you mean ${nearest}?`;
        throw new LvsPcapError("bad-usage", `explain: no such name: ${name}; ${hint}`);
      }
      context.stdout.write(explainText(name, { color }));
    });
}
