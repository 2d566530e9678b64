// A tablet with MQTT.js over WebSocket. Told by a JSON object on standard input, tells a JSON object a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";

// Packages are looked for where the program was started, not where this file lies.
const mqtt = createRequire(process.cwd() + "/")("mqtt");

const WAIT_MS = 30_000;
const told = JSON.parse(readFileSync(0, "utf8"));
const me = told.user;
const url = `ws://${told.host}:${told.port}/mqtt`;
const options = { clientId: me, protocolVersion: told.version, reconnectPeriod: 0, connectTimeout: WAIT_MS };

const tell = (step, what) => console.log(JSON.stringify({ step, ...what }));
setTimeout(() => { console.error("it takes too long"); process.exit(1); }, 2 * WAIT_MS).unref();

async function refused(step, login) {
  const client = mqtt.connect(url, { ...options, ...login });
  const is_refused = await new Promise((resolve) => {
    client.on("connect", () => resolve(false));
    client.on("error", (error) => resolve(/not authori[sz]ed|bad user|identifier|refused/i.test(error.message)));
  });
  client.end(true);
  tell(step, { refused: is_refused });
}
await refused("no_login", {});
await refused("wrong_password", { username: me, password: "guess" });

const client = mqtt.connect(url, { ...options, username: me, password: told.password });
const came = [];
let wake = () => {};
client.on("message", (topic, payload) => { came.push([topic, JSON.parse(payload.toString())]); wake(); });
await new Promise((resolve, reject) => { client.on("connect", resolve); client.on("error", reject); });
client.on("error", (error) => { console.error(error); process.exit(1); });

async function next(wanted) {
  for (;;) {
    while (came.length > 0) {
      const [topic, content] = came.shift();
      if (wanted(topic, content)) return content;
    }
    await new Promise((resolve) => { wake = resolve; });
  }
}
await client.subscribeAsync([`receipt/${me}`, "state/#"], { qos: 1 });
tell("state", { payload: await next((topic) => topic === "state/box") });

async function publish(step, topic, payload, qos = 1) {
  const puback = await new Promise((resolve) => {
    client.publish(topic, payload, { qos }, (error) => resolve(error ? error.code : 0));
  });
  const receipt = await next((t, content) => t === `receipt/${me}` && content.status !== "at_office");
  tell(step, { puback: qos === 1 ? puback : null, receipt });
}
const sales = `tx/${me}/sales-invoice`;
await publish("sale", sales, told.sale);
await publish("sale_again", sales, told.sale);
await publish("scan_text", `in/${me}/scan`, "8991002101234\r\n");
await publish("scan_json", `in/${me}/scan`, JSON.stringify({ code: "8991002101234", id: randomUUID() }));
await publish("weight_text", `in/${me}/weight`, "0,5kg");
await publish("weight_json", `in/${me}/weight`, JSON.stringify({ weight: "1.250", unit: "kg" }));
await publish("bad", sales, told.bad);
await publish("forbidden", "tx/till-2/sales-invoice", told.sale);
await publish("qos0", sales, told.bad, 0);
await client.endAsync();
