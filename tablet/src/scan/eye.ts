// The camera: whether there is one to be used, and what it sees. Browsers with a decoder of their own read with that, which is quicker; all others,
// and those whose own one fails, with ours, which is fetched then and is among what an installed app keeps.
//
// In: a video that plays. Out: a code for each look, or null; or why there is no camera. Absent: the dialog (parts/camera.tsx).

import { Belief, type Reading } from "./believe";

/** Why there is no picture, by what people can do about it. */
export type Blind = "insecure" | "denied" | "none" | "busy" | "other";

/** What the box's labels may be printed in. */
const FORMATS = ["ean_13", "ean_8", "upc_a", "code_128", "code_39", "qr_code", "data_matrix"];
const SQUARES = new Set(["qr_code", "data_matrix"]);
/** The longer side of what is decoded: a code across half of it has four pixels for each bar of an EAN-13. */
const LOOK_AT_PX = 800;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string; format: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** The camera's stream. Over plain HTTP browsers hide the camera altogether. */
export async function open(): Promise<MediaStream> {
  if (!window.isSecureContext) throw blind("insecure");
  if (!navigator.mediaDevices?.getUserMedia) throw blind("none");
  const video = { facingMode: "environment", width: { ideal: 1280 } };
  return navigator.mediaDevices.getUserMedia({ video });
}

export class BlindError extends Error {
  readonly why: Blind;
  constructor(why: Blind) {
    super(why);
    this.why = why;
  }
}
const blind = (why: Blind) => new BlindError(why);

export function whyBlind(error: unknown): Blind {
  if (error instanceof BlindError) return error.why;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "other";
}

type Look = (video: HTMLVideoElement) => Promise<Reading | null>;

export class Eye {
  private readonly belief = new Belief();
  private look: Look | null = null;

  /** What is seen now, once it is believed. */
  async see(video: HTMLVideoElement): Promise<string | null> {
    this.look ??= (await ofTheBrowser()) ?? (await ours());
    let read: Reading | null;
    try {
      read = await this.look(video);
    } catch {
      // Some Androids say that they can, and lack what they need for it.
      this.look = await ours();
      read = await this.look(video);
    }
    return this.belief.hear(read);
  }
}

async function ofTheBrowser(): Promise<Look | null> {
  const Known = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = await Known?.getSupportedFormats().catch((): string[] => []);
  if (!Known || !formats || !FORMATS.every((format) => formats.includes(format))) return null;
  const detector = new Known({ formats: FORMATS });
  return async (video) => {
    const [code] = await detector.detect(video);
    return code ? { text: code.rawValue, sure: SQUARES.has(code.format) } : null;
  };
}

async function ours(): Promise<Look> {
  const { decode, picture } = await import("./decode");
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  if (!drawing) throw blind("other");
  return async (video) => {
    const { videoWidth, videoHeight } = video;
    if (videoWidth === 0 || videoHeight === 0) return null;
    const scale = Math.min(1, LOOK_AT_PX / Math.max(videoWidth, videoHeight));
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decode(picture(drawing.getImageData(0, 0, canvas.width, canvas.height)));
  };
}
