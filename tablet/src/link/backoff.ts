// When to try a line again: soon at first, then less often, never all tablets at once.

const FIRST_MS = 500;
const LAST_MS = 15_000;

export function backoffMs(failures: number, random: number): number {
  const longest = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return longest / 2 + (random * longest) / 2;
}
