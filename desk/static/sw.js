/* Keeps one page, the one that says that there is no line. It answers page loads only, and only when the network does not: event
   streams, messages, files and the desk go past it, and nothing else is ever kept. */
const PAGE = "/luring";
const KEPT = "luring-1";

addEventListener("install", (event) => event.waitUntil(
  caches.open(KEPT).then((cache) => cache.add(new Request(PAGE, { cache: "reload" }))).then(() => skipWaiting()),
));

addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
  await clients.claim();
})()));

addEventListener("fetch", (event) => {
  const { mode, method, url } = event.request;
  if (mode !== "navigate" || method !== "GET" || /^\/(desk|berkas|chat)(\/|$)/.test(new URL(url).pathname)) return;
  event.respondWith(fetch(event.request).catch(async () => (await caches.match(PAGE)) ?? Response.error()));
});
