// A PIN or a badge: to log in, or as a second person's word. What is typed is gone as soon as it was sent.

import { useState } from "preact/hooks";
import { moment, t } from "../i18n";
import { NotReached } from "../link/link";
import { type Proof, SaidNo } from "../people";
import type { User } from "../rows/types";
import { Button, Notice } from "./frame";
import { Icon } from "./icons";
import { PickList } from "./picker";
import { badges, useBadges } from "./scanning";

interface AskProofProps {
  people: readonly User[];
  onProof: (proof: Proof) => Promise<void>;
  submit: string;
}

export function AskProof({ people, onProof, submit }: AskProofProps) {
  const [user, setUser] = useState<User | null>(null);
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [no, setNo] = useState<string | null>(null);
  const prove = (proof: Proof) => {
    if (busy) return;
    setBusy(true);
    setNo(null);
    const proven = "badge" in proof ? badges.proves(proof.badge, () => onProof(proof)) : onProof(proof);
    proven
      .catch((error: unknown) => setNo(why(error)))
      .finally(() => {
        setPin("");
        setBusy(false);
      });
  };
  useBadges((badge) => prove({ badge }));
  if (!user) {
    const picks = people.map((person) => ({ key: person.name, text: person.full_name }));
    return (
      <>
        {no && <Notice kind="bad">{no}</Notice>}
        <PickList
          label={t("login.who")}
          picks={picks}
          onPick={(name) => setUser(people.find((person) => person.name === name) ?? null)}
        />
        <p class="quiet">{t("login.badge")}</p>
      </>
    );
  }
  return (
    <div class="proof">
      <button type="button" class="row boxed" onClick={() => setUser(null)}>
        <Icon name="person" />
        <b>{user.full_name}</b>
        <span class="end">{t("change")}</span>
      </button>
      {no && <Notice kind="bad">{no}</Notice>}
      <Keypad value={pin} onInput={setPin} onEnter={() => pin.length >= 4 && prove({ user: user.name, pin })} />
      <Button
        kind="main"
        icon="check"
        disabled={busy || pin.length < 4}
        onClick={() => prove({ user: user.name, pin })}
      >
        {busy ? t("wait") : submit}
      </Button>
    </div>
  );
}

export function why(error: unknown): string {
  if (error instanceof NotReached) return t("login.no_box");
  if (!(error instanceof SaidNo)) throw error;
  if (error.code === "stray") return t("login.stray");
  if (error.code === "wrong") return t("login.wrong");
  if (error.code === "closed" && error.until) return t("login.closed", { until: moment(error.until) });
  if (error.code === "locked") return t("login.locked");
  if (error.code === "revoked") return t("login.revoked");
  return error.message;
}

interface KeypadProps {
  value: string;
  onInput: (value: string) => void;
  onEnter: () => void;
}

/** Digits for gloves; a keyboard works as well. What was typed is shown as dots. */
export function Keypad({ value, onInput, onEnter }: KeypadProps) {
  const put = (digit: string) => value.length < 12 && onInput(value + digit);
  return (
    <div class="keypad">
      <input
        class="pin"
        type="password"
        inputMode="none"
        autocomplete="off"
        aria-label={t("pin")}
        value={value}
        onInput={(event) => onInput((event.target as HTMLInputElement).value.replace(/\D/g, "").slice(0, 12))}
        onKeyDown={(event) => event.key === "Enter" && onEnter()}
      />
      <div class="keys">
        {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => (
          <button type="button" key={digit} onClick={() => put(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" aria-label={t("clear")} onClick={() => onInput("")}>
          <Icon name="cross" />
        </button>
        <button type="button" onClick={() => put("0")}>
          0
        </button>
        <button type="button" aria-label={t("backspace")} onClick={() => onInput(value.slice(0, -1))}>
          <Icon name="backspace" />
        </button>
      </div>
    </div>
  );
}
