// Sticks in the box: how far each is, when it may be pulled; and readable files for whoever asks, a manager.

import { useState } from "preact/hooks";
import { app } from "../app";
import { moment, t } from "../i18n";
import { NotReached } from "../link/link";
import { stickSays } from "../parts/bar";
import { TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";

export function Stick() {
  const { link, people, api, clock, rows } = app();
  const sticks = link.sticks.value;
  const [from, setFrom] = useState(clock.day());
  const [to, setTo] = useState(clock.day());
  const [said, setSaid] = useState<string | null>(null);
  const mayRead = !rows.masters.value.hasPeople || people.session.value?.is_manager === true;
  const write = () =>
    api
      .stickCsv(from, to)
      .then(() => setSaid(t("stick.csv_written")))
      .catch((error: unknown) => setSaid(error instanceof NotReached ? t("login.no_box") : (error as Error).message));
  return (
    <Frame title={t("tile.stick")}>
      {!link.reached.value.up && <Notice kind="warn">{t("login.no_box")}</Notice>}
      {sticks.length === 0 && <p>{t("stick.how")}</p>}
      {sticks.map((stick) => {
        const { done = 0, total = 0, seconds_left = null } = stick.progress ?? {};
        return (
          <section class="boxed" key={stick.name}>
            <h2>{stick.name}</h2>
            <Notice kind={stick.state === "may_pull" ? "good" : stick.state === "problem" ? "bad" : "warn"}>
              {stickSays(stick)}
            </Notice>
            <p>{stick.word}</p>
            {stick.state === "working" && (
              <progress max={Math.max(total, 1)} value={done} aria-label={stickSays(stick)} />
            )}
            {seconds_left !== null && <p>{t("stick.seconds_left", { n: seconds_left })}</p>}
            {stick.mirror && stick.through && <p>{t("stick.mirror", { at: moment(stick.through) })}</p>}
          </section>
        );
      })}
      {mayRead && sticks.length > 0 && (
        <section class="boxed">
          <h2>{t("stick.csv")}</h2>
          <p>{t("stick.csv_how")}</p>
          <div class="two">
            <TextField label={t("from_day")} type="date" value={from} onInput={setFrom} />
            <TextField label={t("to_day")} type="date" value={to} onInput={setTo} />
          </div>
          <Button icon="stick" onClick={() => void write()}>
            {t("stick.csv")}
          </Button>
          {said && <Notice kind="warn">{said}</Notice>}
        </section>
      )}
    </Frame>
  );
}
