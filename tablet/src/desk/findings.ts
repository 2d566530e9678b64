// What a check of ERPNext has found, sorted by how bad it is. The office says each thing in a line: `ERROR  field: what was found. Remedy`. Pure.

export interface Findings {
  /** Documents would be held or booked wrongly; or nothing could be looked at, and why. */
  errors: string[];
  warnings: string[];
  fine: string[];
}

export function findings(said: readonly string[]): Findings {
  const found: Findings = { errors: [], warnings: [], fine: [] };
  for (const line of said) {
    const [, level, text = line] = /^(ok|warning|ERROR)\s+(.*)$/.exec(line) ?? [];
    (level === "ok" ? found.fine : level === "warning" ? found.warnings : found.errors).push(text);
  }
  return found;
}
