/** Text from outside, made fit for a terminal: no control character, escape sequence or direction mark survives. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, "\u{fffd}");
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function uncapitalise(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
