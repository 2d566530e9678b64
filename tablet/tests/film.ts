// What a camera sees in a test: a film of one picture, in the form that Chromium plays in the place of a camera.

import { writeFileSync } from "node:fs";
import type { Picture } from "../src/scan/decode";

const FRAMES = 4;

/** Writes the film, and tells what Chromium is started with to have it for its camera. */
export function camera(file: string, { width, height, bright }: Picture): string[] {
  const grey = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(bright), grey]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(file, Buffer.concat([head, ...Array<Buffer>(FRAMES).fill(frame)]));
  return [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${file}`,
  ];
}
