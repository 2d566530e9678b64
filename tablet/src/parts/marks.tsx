// The three marks of a document: saved at the box, at the office, in ERPNext; or that it waits, is held, was refused, and why, in words.

import { t, tOr } from "../i18n";
import { type Entry, reached } from "../outbox/entry";
import { Icon, type IconName } from "./icons";

const MARKS: readonly { icon: IconName; key: "mark.box" | "mark.office" | "mark.books" }[] = [
  { icon: "box", key: "mark.box" },
  { icon: "office", key: "mark.office" },
  { icon: "books", key: "mark.books" },
];

export function Marks({ entry, words = false }: { entry: Entry; words?: boolean }) {
  const far = reached(entry);
  const says = saysOf(entry);
  return (
    <div class={`marks ${entry.state}`}>
      <ul aria-label={t("marks")}>
        {MARKS.map(({ icon, key }, i) => (
          <li key={key} class={far > i ? "on" : ""}>
            <Icon name={icon} />
            <span class={words ? "" : "hidden"}>{t(key)}</span>
            <span class="hidden">{far > i ? t("yes") : t("not_yet")}</span>
          </li>
        ))}
      </ul>
      <span class="says">{says}</span>
    </div>
  );
}

/** How far it is, in a few words. */
export function saysOf(entry: Entry): string {
  switch (entry.state) {
    case "waiting":
      return t("state.waiting");
    case "saved":
      return t("state.saved");
    case "at_office":
      return t("state.at_office");
    case "posted":
      return t("state.posted", { name: nameOf(entry) });
    case "held":
      return t("state.held");
    case "refused":
      return t("state.refused");
    case "not_posted":
      return tOr(`fate.${fateOf(entry)}`, t("state.not_posted"));
  }
}

function fateOf(entry: Entry): string {
  const { outcome } = entry;
  return typeof outcome === "string" ? outcome : (Object.keys(outcome ?? {})[0] ?? "");
}

function said(entry: Entry, fate: string, field: string): string {
  const { outcome } = entry;
  const value = typeof outcome === "object" ? outcome[fate]?.[field] : undefined;
  return typeof value === "string" ? value : "";
}

export function nameOf(entry: Entry): string {
  return said(entry, "posted", "name");
}

/** Why it is held, refused or given up: the box's and the office's own words. */
export function whyOf(entry: Entry): string {
  return entry.reason?.text ?? (said(entry, "held", "why") || said(entry, "given_up", "reason"));
}
