import { styleText } from "node:util";

/** Marks words for the eye; without colour the words stand as they are. */
export interface Style {
  critical(text: string): string;
  warning(text: string): string;
  good(text: string): string;
  strong(text: string): string;
  dim(text: string): string;
}

export function styleFor(color: boolean): Style {
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    critical: paint(["bold", "red"]),
    warning: paint(["bold", "yellow"]),
    good: paint(["bold", "green"]),
    strong: paint("bold"),
    dim: paint("dim"),
  };
}
