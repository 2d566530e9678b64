// Reads codes with the camera. The button is always there: where the camera cannot be used, the dialog says why and what to do, and codes are
// scanned or typed.

import { useEffect, useRef, useState } from "preact/hooks";
import { app } from "../app";
import { t } from "../i18n";
import { type Blind, Eye, open as openCamera, whyBlind } from "../scan/eye";
import { Dialog } from "./dialog";
import { Button, Notice } from "./frame";

/** Between two looks, so that a slow tablet still draws the picture. */
const LOOK_EVERY_MS = 100;

export function CameraButton({ onCode }: { onCode: (code: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="camera" onClick={() => setOpen(true)}>
        {t("camera")}
      </Button>
      {open && (
        <Camera
          onClose={() => setOpen(false)}
          onCode={(code) => {
            setOpen(false);
            onCode(code);
          }}
        />
      )}
    </>
  );
}

function Camera({ onCode, onClose }: { onCode: (code: string) => void; onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [blind, setBlind] = useState<Blind | null>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const run = async () => {
      stream = await openCamera();
      if (ended || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      const eye = new Eye();
      const look = async () => {
        if (ended || !video.current) return;
        const code = await eye.see(video.current);
        if (ended) return;
        if (code !== null) return onCode(code);
        timer = setTimeout(() => void look().catch(failed), LOOK_EVERY_MS);
      };
      await look();
    };
    const failed = (error: unknown) => {
      stop();
      if (!ended) setBlind(whyBlind(error));
    };
    run().catch(failed);
    return () => {
      ended = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <Dialog title={t("camera")} full={blind === null} onClose={onClose}>
      {blind === null ? (
        <>
          <p>{t("camera.how")}</p>
          <video ref={video} class="camera" muted playsInline aria-label={t("camera")} />
        </>
      ) : (
        <>
          <Notice kind="bad">{t(`camera.${blind}`)}</Notice>
          {blind === "insecure" && <Secure />}
          <p>{t("camera.otherwise")}</p>
        </>
      )}
      <Button onClick={onClose}>{t("close")}</Button>
    </Dialog>
  );
}

/** Where the same page is over HTTPS, as the box says; where it has no such address, who can give it one. */
function Secure() {
  const [at, setAt] = useState<string | null>(null);
  useEffect(() => {
    app()
      .api.status()
      .then(({ pages }) => setAt(secured(pages)))
      .catch(() => setAt(null));
  }, []);
  return at ? (
    <>
      <p>
        {t("camera.secure_at")} <b>{at}</b>
      </p>
      <p>{t("camera.trust")}</p>
      <a class="button plain" href="/api/ca" download>
        <span>{t("camera.ca")}</span>
      </a>
    </>
  ) : (
    <p>{t("camera.not_secured")}</p>
  );
}

/** The box's name is that by which this page was found; its port over HTTPS is its own. */
export function secured(pages: readonly string[]): string | null {
  const port = pages.map((page) => /^https:.*:(\d+)\/?$/.exec(page)?.[1]).find((known) => known !== undefined);
  if (port === undefined) return null;
  return `https://${location.hostname}${port === "443" ? "" : `:${port}`}/`;
}
