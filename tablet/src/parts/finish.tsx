// The end of most forms: what lacks, in words, or the button that submits, once.

import type { ComponentChildren } from "preact";
import type { Fields, When } from "../forms/documents";
import { type Key, t } from "../i18n";
import type { Label } from "../outbox/entry";
import type { Meant } from "../submit";
import { useActing } from "./acting";
import type { Writing } from "./draft";
import { Button, Frame, Notice } from "./frame";
import { goInstead } from "./place";
import { submitWritten } from "./written";

interface FormProps<T> {
  screen: string;
  title: string;
  draft: Writing<T>;
  /** What keeps it from being submitted; nothing where it may be. */
  lacks: Lack | null;
  done: Key;
  make: (when: When) => { kind: string; fields: Fields };
  label?: Label;
  /** What is submitted with it in one go. */
  beside?: (when: When) => readonly Meant[];
  children: ComponentChildren;
}

/** The texts of `lacks.…`. */
export type Lack = Extract<Key, `lacks.${string}`> extends `lacks.${infer Name}` ? Name : never;

export function Form<T>({ screen, title, draft, lacks, done, make, label = {}, beside, children }: FormProps<T>) {
  const { act, failed } = useActing();
  const finish = async () => {
    if (lacks) return;
    const entry = await submitWritten(screen, draft, make, label, beside);
    goInstead("document", entry.id);
  };
  return (
    <Frame
      title={title}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={lacks !== null} onClick={() => act(finish)}>
          {t(done)}
        </Button>
      }
    >
      {children}
      {lacks && <Notice kind="warn">{t(`lacks.${lacks}`)}</Notice>}
    </Frame>
  );
}
