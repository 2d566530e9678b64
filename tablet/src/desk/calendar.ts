// Days and months as text: `2026-11-02`, `2026-11`. Pure.

export function today(nowMs: number = Date.now()): string {
  const at = new Date(nowMs);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

export function addDays(day: string, by: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

export function addMonths(month: string, by: number): string {
  const [year = 0, of = 1] = month.split("-").map(Number);
  const at = year * 12 + (of - 1) + by;
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
}

/** The days of a month, the first to the last. */
export function daysOf(month: string): string[] {
  const first = `${month}-01`;
  const next = `${addMonths(month, 1)}-01`;
  const days: string[] = [];
  for (let day = first; day < next; day = addDays(day, 1)) days.push(day);
  return days;
}

export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}
