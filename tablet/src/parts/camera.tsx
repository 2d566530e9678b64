// Reads codes with the camera. The decoder is the browser's own; where it has none, or no leave to use the camera (plain HTTP), the button is not
// there, and codes are scanned or typed.

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Dialog } from "./dialog";
import { Button, Notice } from "./frame";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = new () => Detector;

const LOOK_EVERY_MS = 150;

function detector(): DetectorClass | null {
  const known = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  return known && typeof navigator.mediaDevices?.getUserMedia === "function" ? known : null;
}

export function CameraButton({ onCode }: { onCode: (code: string) => void }) {
  const [open, setOpen] = useState(false);
  if (!detector()) return null;
  return (
    <>
      <Button icon="scan" onClick={() => setOpen(true)}>
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
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const run = async () => {
      const Known = detector();
      if (!Known || !video.current) return;
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (ended || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      const eye = new Known();
      const look = async () => {
        if (ended || !video.current) return;
        const [code] = await eye.detect(video.current).catch(() => []);
        if (code) return onCode(code.rawValue);
        timer = setTimeout(() => void look(), LOOK_EVERY_MS);
      };
      await look();
    };
    run().catch(() => setFailed(true));
    return () => {
      ended = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <Dialog title={t("camera")} full onClose={onClose}>
      {failed ? (
        <Notice kind="bad">{t("camera.failed")}</Notice>
      ) : (
        <video ref={video} class="camera" muted playsInline />
      )}
      <Button onClick={onClose}>{t("close")}</Button>
    </Dialog>
  );
}
