// Files into the desk and out of it: what was dropped or chosen, directories with all that lies in them, and what is saved.

/** The office's limits for one import. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
export const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
export const MAX_FILES = 2_000;

export interface Chosen {
  name: string;
  size: number;
  file: Blob;
}

/** The office's limits for a name: folders and all. */
const MAX_NAME_BYTES = 512;
const MAX_PARTS = 8;

/** Names with the folders that files were in, so that each is its own. What systems and hidden folders leave on sticks is left out. */
export function named(files: readonly { file: Blob; path: string }[]): Chosen[] {
  const found = new Map<string, Chosen>();
  for (const { file, path } of files) {
    const parts = path.split("/").filter((part) => part !== "");
    if (parts.some((part) => part.startsWith(".") || part === "System Volume Information")) continue;
    const name = short(parts);
    if (name !== "" && !found.has(name)) found.set(name, { name, size: file.size, file });
  }
  return [...found.values()];
}

/** As much of the end as the office takes: where a stick's file lay is said by its last folders. */
function short(parts: readonly string[]): string {
  const last = parts.slice(-MAX_PARTS);
  while (last.length > 1 && new TextEncoder().encode(last.join("/")).length > MAX_NAME_BYTES) last.shift();
  return last.join("/");
}

/** What a box writes on a stick for the office. */
export function ofStick({ name }: Chosen): boolean {
  return name.toLowerCase().endsWith(".op");
}

/** A table of master data; what a box wrote for people on its stick is none. */
export function ofMaster({ name }: Chosen): boolean {
  return /\.(csv|json)$/i.test(name) && !name.split("/").some((part) => part.toUpperCase() === "OUTPOST");
}

export type TooMuch = "file" | "files" | "bytes";

/** What the office would not take, before anything is sent. */
export function tooMuch(files: readonly { size: number }[]): TooMuch | null {
  if (files.length > MAX_FILES) return "files";
  if (files.some(({ size }) => size > MAX_FILE_BYTES)) return "file";
  return files.reduce((sum, { size }) => sum + size, 0) > MAX_IMPORT_BYTES ? "bytes" : null;
}

/** What a file field holds. */
export function chosen(list: FileList | null): Chosen[] {
  return named([...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

/** What was let fall on the page, with all that lies in directories. */
export async function dropped(of: DataTransfer): Promise<Chosen[]> {
  const entries = [...of.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosen(of.files);
  return named((await Promise.all(entries.map(below))).flat());
}

async function below(entry: FileSystemEntry): Promise<{ file: Blob; path: string }[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [{ file, path: entry.fullPath }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // A directory is read a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(below))).flat();
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function fromBase64(text: string): Blob {
  return new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))]);
}
