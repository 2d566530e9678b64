// The service worker: the page and its assets, so that an installed app opens out of range. Nothing of the API is ever in it.
//
// In: the list of assets, put in when it is built. Out: the page from the network where it answers soon and well, else from the cache; assets,
// whose names change with their content, from the cache. A page is kept with its own assets, all or nothing, when this is installed: never later,
// as a box that has been upgraded shows a page whose assets are in no cache here.

/// <reference lib="webworker" />
const worker = self as unknown as ServiceWorkerGlobalScope;

/** Replaced when it is built. */
declare const __ASSETS__: string[];
declare const __BUILD__: string;

const CACHE = `outpost-${__BUILD__}`;
const PATIENCE_MS = 2_500;

worker.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(["/", "/manifest.webmanifest", "/icon.svg", ...__ASSETS__]);
    await worker.skipWaiting();
  };
  event.waitUntil(fill());
});

worker.addEventListener("activate", (event) => {
  const clean = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(clean());
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (url.pathname.startsWith("/api/") || url.pathname === "/mqtt") return;
  event.respondWith(url.pathname === "/" ? newest(event.request) : kept(event.request));
});

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** The network's, unless it takes too long or is an error: the page of yesterday sells as well. */
async function newest(request: Request): Promise<Response> {
  const cached = await (await caches.open(CACHE)).match("/");
  if (!cached) return fetch(request);
  const fromNetwork = fetch(request).then((answer) => (answer.ok ? answer : cached));
  const late = new Promise<Response>((done) => setTimeout(() => done(cached), PATIENCE_MS));
  return Promise.race([fromNetwork, late]).catch(() => cached);
}
