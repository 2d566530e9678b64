// What is always seen: box reached or not, line to the office or not and since when, how many documents wait, sticks and how far they are, who is
// logged in. Signs and words, so that no colour has to be told apart.

import { app } from "../app";
import { ago, number, t } from "../i18n";
import { Icon, type IconName } from "./icons";
import { go } from "./place";
import { scanned } from "./scanning";

function Sign({ icon, state, text }: { icon: IconName; state: "good" | "warn" | "bad"; text: string }) {
  return (
    <span class={`sign ${state}`}>
      <Icon name={icon} />
      <span>{text}</span>
    </span>
  );
}

export function Bar() {
  const { link, outbox, people } = app();
  const { up, sinceMs } = link.reached.value;
  const line = link.line.value;
  const mine = outbox.toSend().length;
  const waiting = mine + (line?.waiting ?? 0);
  const stick = link.sticks.value[0];
  const box = link.box.value;
  const records = box?.recording !== false;
  const person = people.session.value;
  return (
    <>
      <button type="button" class="bar" onClick={() => go("status")}>
        <span class="hidden">{t("bar.label")}: </span>
        <Sign
          icon={up && records ? "box" : "warn"}
          state={up && records ? "good" : "bad"}
          text={
            !up ? t("bar.no_box", { ago: ago(Date.now() - sinceMs) }) : records ? t("bar.box") : t("bar.not_recording")
          }
        />
        {up && line && (
          <Sign
            icon="office"
            state={line.up && line.office_answers ? "good" : "warn"}
            text={line.up && line.office_answers ? t("bar.line") : noLine(line.since)}
          />
        )}
        {waiting > 0 && <Sign icon="export" state="warn" text={t("bar.waiting", { n: number(`${waiting}`) })} />}
        {stick && <Sign icon="stick" state={stick.state === "problem" ? "bad" : "warn"} text={stickSays(stick)} />}
        {person && <Sign icon="person" state="good" text={person.full_name} />}
      </button>
      <div class="scanned" role="status" aria-live="polite">
        {scanned.value && <span class={scanned.value.bad ? "bad" : "good"}>{scanned.value.text}</span>}
      </div>
    </>
  );
}

function noLine(since: string | undefined): string {
  return since ? t("bar.no_line_since", { ago: ago(Date.now() - Date.parse(since)) }) : t("bar.no_line");
}

type Stick = ReturnType<typeof app>["link"]["sticks"]["value"][number];

export function stickSays(stick: Stick): string {
  if (stick.state === "problem") return t("stick.problem");
  if (stick.state === "may_pull") return t("stick.may_pull");
  const { done = 0, total = 0 } = stick.progress ?? {};
  return t("stick.working", { percent: total > 0 ? Math.floor((done * 100) / total) : 0 });
}
