// Where files are let fall, or chosen: several at once, and whole directories.

import { useId, useState } from "preact/hooks";
import { Notice } from "../../parts/frame";
import { Icon } from "../../parts/icons";
import { type Chosen, chosen, dropped } from "../files";
import { t } from "../i18n";

interface DropProps {
  says: string;
  disabled: boolean;
  onFiles: (files: Chosen[]) => void;
  accept?: string;
}

export function Drop({ says, disabled, onFiles, accept }: DropProps) {
  const [over, setOver] = useState(false);
  const [unread, setUnread] = useState(false);
  const pick = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const files = chosen(input.files);
    input.value = "";
    setUnread(false);
    if (files.length > 0) onFiles(files);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (disabled || !event.dataTransfer) return;
    setUnread(false);
    dropped(event.dataTransfer).then(
      (files) => files.length > 0 && onFiles(files),
      () => setUnread(true),
    );
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whoever has no mouse uses the two buttons in it
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="stick" />
      <p>{says}</p>
      {unread && <Notice kind="bad">{t("drop.unread")}</Notice>}
      <div class="buttons">
        <FileButton text={t("drop.files")} disabled={disabled} onChange={pick} accept={accept} />
        <FileButton text={t("drop.directory")} disabled={disabled} onChange={pick} directory />
      </div>
    </div>
  );
}

interface FileButtonProps {
  text: string;
  disabled: boolean;
  onChange: (event: Event) => void;
  directory?: boolean;
  accept?: string | undefined;
}

/** The browser's own field is what has the focus; the label is what is seen and touched. */
function FileButton({ text, disabled, onChange, directory = false, accept }: FileButtonProps) {
  const id = useId();
  return (
    <span class="file">
      <input
        id={id}
        type="file"
        class="hidden"
        multiple
        disabled={disabled}
        accept={accept}
        onChange={onChange}
        {...(directory ? { webkitdirectory: true } : {})}
      />
      <label for={id} class={disabled ? "button off" : "button"}>
        {text}
      </label>
    </span>
  );
}
