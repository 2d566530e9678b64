// Imports and master data, in the office of tests/desk-fixture.ts.

import { made, Refused, type Route, type Tools } from "./desk-answers";
import * as data from "./desk-data";

export function fileRoutes({ say }: Tools): Route[] {
  const imports = new Map<string, { state: string; files: string[] }>();
  let begun = 0;
  const importOf = (id = "") => {
    const found = imports.get(id);
    if (!found) throw new Refused(404, null, "there is no such import", "begin another");
    const { state, files } = found;
    const refused = files
      .filter((name) => name.includes("torn"))
      .map((name) => ({ name, why: "its checksum is not that of its bytes: try another reader" }));
    const done = state === "done" ? files.length : 0;
    const ended = { done, new: done * 3, known: done, set_aside: 0, refused: done ? refused : [], more_refused: 0 };
    const notes = done ? ["bandung: the office has everything up to a1/512"] : [];
    const until = new Date(Date.now() + 3_600_000).toISOString();
    return { import: id, state, files: files.length, bytes: files.length * 100, ...ended, notes, until };
  };

  return [
    [
      "POST",
      "imports",
      () => {
        begun += 1;
        const id = `i${begun}`;
        imports.set(id, { state: "open", files: [] });
        return made(importOf(id));
      },
    ],
    [
      "PUT",
      "imports/*/files/*",
      ({ of, bytes }) => {
        const name = of[1] ?? "";
        if (!/\.(op|csv|json)$/i.test(name))
          throw new Refused(422, "name", "it is no stick's file and no table", "leave it out");
        if (bytes.length === 0) throw new Refused(422, "name", "the file is empty", "copy it from the stick again");
        const found = imports.get(of[0] ?? "");
        if (!found) throw new Refused(404, null, "there is no such import", "begin another");
        found.files.push(name);
        return made({ name, bytes: bytes.length });
      },
    ],
    [
      "POST",
      "imports/*/take",
      ({ of }) => {
        const found = imports.get(of[0] ?? "");
        if (!found) throw new Refused(404, null, "there is no such import", "begin another");
        found.state = "taking";
        say("import", { import: of[0] });
        setTimeout(() => {
          found.state = "done";
          say("import", { import: of[0] });
        }, 300);
        return { status: 202, json: importOf(of[0]) };
      },
    ],
    [
      "DELETE",
      "imports/*",
      ({ of }) => {
        imports.delete(of[0] ?? "");
        return { status: 204 };
      },
    ],
    ["GET", "imports/*", ({ of }) => importOf(of[0])],
    ["GET", "imports/*/answers", () => ({ status: 200, bytes: "PK", type: "application/zip" })],
    [
      "POST",
      "master",
      ({ body }) =>
        imports.get(body.import ?? "")?.files.includes("item.csv")
          ? data.report
          : { ...data.report, errors: [], more_errors: 0, taken: !body.check },
    ],
  ];
}
