// Everything that the bar says, in full; the language; who is logged in; and, for managers, people and tablets.

import { useState } from "preact/hooks";
import { app } from "../app";
import { ago, LANGUAGES, language, moment, number, day as shownDay, speak, t } from "../i18n";
import { Choice, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { Sum } from "../parts/lines";
import { Picker } from "../parts/picker";
import { go } from "../parts/place";
import { Keypad, why } from "../parts/proof";

export function Status() {
  const { link, outbox, rows, people, device, site, clock } = app();
  const { up, sinceMs } = link.reached.value;
  const box = link.box.value;
  const line = link.line.value;
  const session = people.session.value;
  const since = ago(Date.now() - sinceMs);
  return (
    <Frame title={t("status.title")}>
      <dl class="bill">
        <Sum
          label={t("status.box")}
          amount={up ? t("status.reached", { since }) : t("status.not_reached", { since })}
        />
        <Sum
          label={t("status.line")}
          amount={
            !up || !line
              ? t("status.unknown")
              : (line.up && line.office_answers ? t("bar.line") : t("bar.no_line")) +
                (line.since ? ` · ${ago(Date.now() - Date.parse(line.since))}` : "")
          }
        />
        <Sum label={t("status.on_tablet")} amount={number(`${outbox.toSend().length}`)} />
        <Sum label={t("status.at_box")} amount={number(`${line?.waiting ?? 0}`)} />
        <Sum label={t("status.site")} amount={box?.site ?? site} />
        <Sum label={t("status.tablet")} amount={device} />
        <Sum label={t("status.rows")} amount={rows.complete.value ? t("yes") : t("not_yet")} />
        <Sum label={t("status.day")} amount={shownDay(clock.day())} />
        <Sum label={t("status.version")} amount={box?.version ?? ""} />
      </dl>
      {box?.time_from === "not known" && <SetClock />}
      {session && (
        <section class="boxed">
          <h2>{session.full_name}</h2>
          <p>{t("status.until", { until: moment(session.until) })}</p>
          <Button icon="lock" onClick={() => void people.logout()}>
            {t("tile.logout")}
          </Button>
        </section>
      )}
      <Choice label={t("language")} value={language.value} options={LANGUAGES} onChange={(to) => void speak(to)} />
      {session?.is_manager && <Manage />}
      <Button icon="lock" onClick={() => go("pair")}>
        {t("status.pair_again")}
      </Button>
    </Frame>
  );
}

/** A box without a clock, a line and a network believes a person. */
function SetClock() {
  const [said, setSaid] = useState<string | null>(null);
  const at = new Date();
  const set = () =>
    app()
      .people.setClock(new Date())
      .then(() => setSaid(t("manage.done")))
      .catch((error: unknown) => setSaid(why(error)));
  return (
    <section class="boxed">
      <h2>{t("home.no_clock")}</h2>
      <Button icon="time" onClick={() => void set()}>
        {t("status.set_clock", { time: moment(at.toISOString()) })}
      </Button>
      {said && <Notice kind="warn">{said}</Notice>}
    </section>
  );
}

type Act = "lock" | "unlock" | "give_pin" | "revoke_device" | "restore_device";

/** What managers do, each with their PIN once more. */
function Manage() {
  const { rows, people } = app();
  const [act, setAct] = useState<Act>("lock");
  const [whom, setWhom] = useState("");
  const [device, setDevice] = useState("");
  const [newPin, setNewPin] = useState("");
  const [pin, setPin] = useState("");
  const [said, setSaid] = useState<{ text: string; good: boolean } | null>(null);
  const onDevice = act.endsWith("_device");
  const target = onDevice ? device.trim() : whom;
  const ready = target !== "" && pin.length >= 4 && (act !== "give_pin" || /^\d{4,12}$/.test(newPin));
  const run = () => {
    if (!ready) return;
    people
      .manage(pin, act, target, act === "give_pin" ? newPin : undefined)
      .then(() => setSaid({ text: t("manage.done"), good: true }))
      .catch((error: unknown) => setSaid({ text: why(error), good: false }))
      .finally(() => setPin(""));
  };
  const acts: Act[] = ["lock", "unlock", "give_pin", "revoke_device", "restore_device"];
  return (
    <section class="boxed">
      <h2>{t("manage.title")}</h2>
      <Choice
        label={t("manage.what")}
        value={act}
        options={acts.map((value) => ({ value, text: t(`manage.${value}`) }))}
        onChange={setAct}
      />
      {onDevice ? (
        <TextField label={t("status.tablet")} value={device} onInput={setDevice} max={32} />
      ) : (
        <Picker
          label={t("manage.whom")}
          value={whom}
          picks={rows.masters.value.people().map((person) => ({ key: person.name, text: person.full_name }))}
          onPick={setWhom}
        />
      )}
      {act === "give_pin" && <TextField label={t("manage.new_pin")} value={newPin} onInput={setNewPin} max={12} />}
      <p>{t("manage.your_pin")}</p>
      <Keypad value={pin} onInput={setPin} onEnter={run} />
      {said && <Notice kind={said.good ? "good" : "bad"}>{said.text}</Notice>}
      <Button kind="main" disabled={!ready} onClick={run}>
        {t("ok")}
      </Button>
    </section>
  );
}
