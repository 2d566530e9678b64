// A second person: why a document takes one, and whose word counts for it. The mirror of core/src/domain/people/approval.rs.

import type { Masters } from "../rows/masters";
import type { User } from "../rows/types";

/** What the box said of it without the field's path before it and the remedy behind it: who is asked here is asked by this page. */
export function whySecond(said: string): string {
  const rule = said.replace(/^[a-z_]+(\[\d+\])?(\.[a-z_]+)*: /, "");
  const remedy = rule.lastIndexOf(": ");
  return remedy < 0 ? rule : rule.slice(0, remedy);
}

export interface Asks {
  /** The document's kind, by ERPNext's name; of what this tablet does not have it is not known. */
  kind: string | undefined;
  /** Who sent it: by name, or as people call them where only that was kept. */
  sender: string | undefined;
}

/** Managers, and those who may cancel such a document; never its sender. */
export function seconds(masters: Masters, { kind, sender }: Asks): User[] {
  const permitted = masters.all("permission").length > 0;
  const counts = (person: User) =>
    !!person.is_manager || kind === undefined || (permitted && masters.may("cancel", kind, person.roles ?? []));
  return masters
    .people()
    .filter((person) => person.name !== sender && person.full_name !== sender)
    .filter(counts);
}
