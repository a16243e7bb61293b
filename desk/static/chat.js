/* The chat. Every message gets an id here, is kept on this device until the hub says that it is safe, and is sent again under the
   same id after a reload or a lost line. Answers come by an event stream that resumes where it stopped. */

const chat = document.getElementById("obrolan");
const part = (name) => chat.querySelector(`[data-part="${name}"]`);
const words = JSON.parse(chat.dataset.words);
const limits = { text: +chat.dataset.textLimit, files: +chat.dataset.fileLimit, file: +chat.dataset.fileBytes, all: 30_000_000 };
const form = part("form"), log = part("log"), scroll = part("scroll"), line = part("line"), chosen = part("chosen"), trouble = part("trouble");
const box = form.elements.text, picker = form.elements.file;
const language = document.documentElement.lang === "en" ? "en-GB" : "id-ID"; // both count to 24 hours

document.documentElement.classList.add("js");

/* ---- who we are: the cookie, or inside another site's frame a token of this frame's own ----
   Some browsers give a frame no storage at all. Then the site around it, which the office named as its own, keeps the token: it comes
   in the address's fragment. Never believed outside such a frame: a link could otherwise plant somebody else's session. */

const guest = parent !== window && !storage() && Boolean(chat.dataset.token);
const handed = guest && /^[\w-]{22,128}$/.test(location.hash.slice(1)) ? location.hash.slice(1) : "";
const token = chat.dataset.token && (handed || (recall("token") ?? keep("token", chat.dataset.token)));
const call = (path, options = {}) => fetch(path, { ...options, headers: { ...options.headers, ...(token && { "X-Chat-Session": token }) } });
const confide = (secret) => {
  if (guest) parent.postMessage({ satupintu: secret }, location.ancestorOrigins?.[0] ?? new URL(document.referrer).origin);
};

function storage() { try { return Boolean(localStorage); } catch { return false; } }
function recall(name) { try { return localStorage.getItem(`obrolan.${name}`); } catch { return null; } }
function keep(name, value) { try { localStorage.setItem(`obrolan.${name}`, value); } catch { /* private mode: it lives as long as the page */ } return value; }
function drop(name) { try { localStorage.removeItem(`obrolan.${name}`); } catch { /* nothing was kept */ } }

/* ---- unsent messages, with their files, on this device ---- */

const shelf = new Map();
const disk = new Promise((resolve) => {
  let request;
  try { request = indexedDB.open("obrolan", 1); } catch { return resolve(null); }
  request.onupgradeneeded = () => request.result.createObjectStore("unsent", { keyPath: "id" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => resolve(null);
});
const onDisk = async (mode, act) => {
  const db = await disk;
  if (!db) return null;
  return new Promise((resolve) => {
    const transaction = db.transaction("unsent", mode);
    const request = act(transaction.objectStore("unsent"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => resolve(null);
  });
};
const shelve = async (message) => { shelf.set(message.id, message); await onDisk("readwrite", (store) => store.put(message)); };
const unshelve = async (id) => { shelf.delete(id); await onDisk("readwrite", (store) => store.delete(id)); };

/* ---- what is shown ---- */

const shown = new Map();
const numbers = new Set();
const settled = new Set();
let lastDay = "", lastReply = 0, fresh = false, begun = false, typing = null, typed = 0, spoken = false;

const make = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child != null));
  return node;
};
const icon = (path) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  svg.firstChild.setAttribute("d", path);
  return svg;
};
const MARKS = { waiting: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", sending: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", taken: "M5 13l4 4L19 7", settled: "M2 13l4 4L16 7M12 16l1 1L23 7", failed: "M12 7v6M12 17v.01" };
const zone = { timeZone: chat.dataset.zone };
const hour = (at) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", ...zone }).format(new Date(at));
const day = (at) => new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", ...zone }).format(new Date(at));

function mark(state, at) {
  return make("span", { className: `mark ${state}` }, make("time", { textContent: hour(at) }), icon(MARKS[state]), make("span", { className: state === "failed" ? "" : "unseen", textContent: words[state] }));
}

function place(node, at) {
  const today = day(at);
  if (today !== lastDay) {
    if (lastDay || today !== day(Date.now())) log.append(make("p", { className: "day", textContent: today }));
    lastDay = today;
  }
  const near = isNear();
  log.append(node);
  if (typing) log.append(typing);
  part("forget").hidden = false;
  if (!chat.classList.contains("talking")) {
    chat.classList.add("talking");
    if (!document.body.classList.contains("framed") && matchMedia("(max-width: 30rem)").matches) chat.scrollIntoView({ block: "start" });
  }
  if (node.classList.contains("me")) log.querySelector(".offers")?.remove();
  if (near || node.classList.contains("me")) toEnd();
}
const isNear = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 160;
/* To the newest; a slip that has just come stays in sight even when the answer below it is long. */
const toEnd = () => {
  const slip = fresh && [...log.querySelectorAll(".slip")].pop();
  scroll.scrollTop = slip ? Math.min(slip.offsetTop - scroll.offsetTop - 8, scroll.scrollHeight) : scroll.scrollHeight;
};

function showMine(message, state) {
  const before = shown.get(message.id);
  if (before) return setState(message.id, state, message.tracking_number);
  const node = make("article", { className: "word me" }, make("span", { className: "unseen", textContent: `${words.me}: ` }));
  for (const file of message.files ?? []) node.append(showFile(file));
  if (message.place) node.append(make("p", {}, `${words.place}: `, make("span", { className: "number", textContent: `${message.place.lat.toFixed(5)}, ${message.place.lon.toFixed(5)}` })));
  if (message.text) node.append(make("p", { textContent: message.text }));
  node.append(mark(state, message.at));
  shown.set(message.id, { node, at: message.at });
  place(node, message.at);
  if (message.tracking_number) showNumber(message.tracking_number, node);
}

function setState(id, state, number) {
  const entry = shown.get(id);
  if (!entry) return;
  entry.node.classList.toggle("failed", state === "failed");
  entry.node.querySelector(".mark").replaceWith(mark(state, entry.at));
  if (number) showNumber(number, entry.node);
}

function showFile(file) {
  const name = file.name || words.file;
  if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) {
    const image = make("img", { alt: `${words.picture}: ${name}`, loading: "lazy" });
    image.addEventListener("load", toEnd, { once: true });
    if (file.blob) image.src = URL.createObjectURL(file.blob);
    else fetchFile(file.url).then((url) => { if (url) image.src = url; });
    return image;
  }
  const link = make("a", { className: "file", textContent: name, download: name, href: file.blob ? URL.createObjectURL(file.blob) : file.url });
  if (token && !file.blob) link.addEventListener("click", async (event) => {
    if (link.href.startsWith("blob:")) return;
    event.preventDefault();
    link.href = (await fetchFile(file.url)) ?? link.href;
    link.click();
  });
  return link;
}
async function fetchFile(url) {
  if (!token) return url;
  const answer = await call(url).catch(() => null);
  return answer?.ok ? URL.createObjectURL(await answer.blob()) : null;
}

function showNumber(number, after) {
  if (numbers.has(number)) return;
  numbers.add(number);
  const copy = make("button", { type: "button", className: "quiet", textContent: words.copy });
  copy.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(number); copy.textContent = words.copied; } catch { getSelection().selectAllChildren(slip.querySelector(".slip-number")); }
  });
  const follow = make("a", { className: "button", href: `/lacak/${number}`, textContent: words.follow });
  if (document.body.classList.contains("framed")) follow.target = "_blank";
  const slip = make("article", { className: "slip" },
    make("p", { className: "slip-label", textContent: words.number }),
    make("p", { className: "slip-number number", textContent: number }),
    make("p", { className: "slip-acts" }, copy, follow));
  after.after(slip);
  fresh = begun;
  toEnd();
}

function showReply(reply) {
  if (shown.has(`r${reply.id}`)) return;
  reads(false);
  spoken &&= reply.automatic;
  lastReply = Math.max(lastReply, reply.id);
  const text = make("p");
  for (const piece of reply.text.split(/(https?:\/\/[^\s]+[^\s.,;:!?)])/)) {
    text.append(/^https?:\/\//.test(piece) ? make("a", { href: piece, textContent: piece, rel: "noopener", target: piece.startsWith(location.origin) && !token ? "" : "_blank" }) : piece);
  }
  const who = make("span", { className: reply.automatic ? "unseen" : "who", textContent: reply.automatic ? `${words.machine}: ` : words.us });
  const node = make("article", { className: "word us" }, who, text, make("span", { className: "mark" }, make("time", { textContent: hour(reply.at) })));
  shown.set(`r${reply.id}`, { node, at: reply.at });
  place(node, reply.at);
  if (reply.tracking_number) showNumber(reply.tracking_number, node);
  offer(reply.buttons ?? []);
  fresh = false;
  if (begun && !reply.automatic) toEnd();
  if (document.hidden && !document.title.startsWith("• ")) document.title = `• ${document.title}`;
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = document.title.replace(/^• /, ""); });

function offer(buttons) {
  log.querySelector(".offers")?.remove();
  if (!buttons.length) return;
  const row = make("div", { className: "offers" });
  for (const { text, command } of buttons) {
    const button = make("button", { type: "button", className: "quiet", textContent: text });
    button.addEventListener("click", () => { row.remove(); submit({ text, command }); });
    row.append(button);
  }
  log.append(row);
  toEnd();
}

/* ---- sending: one after the other, in order, until each is safe ---- */

let sending = false, pause = 1, timer = 0;

async function submit({ text = "", command = null, files = [], place = null }) {
  fresh = false;
  const message = { id: crypto.randomUUID?.() ?? fallbackId(), text, command, files, place, at: new Date().toISOString() };
  showMine(message, "waiting");
  await shelve(message);
  send();
}
const fallbackId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function send() {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  for (const message of [...shelf.values()].sort((one, other) => one.at.localeCompare(other.at))) {
    setState(message.id, "sending");
    const wait = await deliver(message);
    if (wait) {
      setState(message.id, "waiting");
      timer = setTimeout(send, wait * 1000);
      break;
    }
  }
  sending = false;
  if (!timer && shelf.size) send();
}

/* Seconds to wait before the next try, or 0 when the message is done with. */
async function deliver(message) {
  timer = 0;
  const heard = lastReply;
  let answer;
  try {
    answer = await post(message);
  } catch {
    say(words.offline, true);
    return backOff();
  }
  if (answer.ok) {
    const { tracking_number: number } = await answer.json().catch(() => ({}));
    confide(token);
    await unshelve(message.id);
    const done = Boolean(number) || settled.has(message.id);
    setState(message.id, done ? "settled" : "taken", number);
    reads(!settled.has(message.id) && lastReply === heard);
    say(words.online);
    pause = 1;
    listen();
    return 0;
  }
  if (answer.status === 429 && crypto.subtle && !message.proof) {
    const { challenge } = await answer.clone().json().catch(() => ({}));
    if (challenge) {
      say(words.proof);
      message.proof = await prove(challenge);
      const wait = await deliver(message);
      delete message.proof;
      return wait;
    }
  }
  if (answer.status === 429 || answer.status >= 500) {
    say(answer.status === 429 ? words.pace : words.away, true);
    return Math.max(+answer.headers.get("Retry-After") || 0, backOff());
  }
  await unshelve(message.id);
  setState(message.id, "failed");
  trouble.textContent = answer.status === 413 ? words.tooBig : words.refused;
  if (!box.value) { box.value = message.text; grow(); }
  return 0;
}
/* Asked for only when very many write from one address: a second of counting that a flood could not afford. */
async function prove(challenge) {
  const bits = +challenge.split(".")[2], letters = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const hash = await crypto.subtle.digest("SHA-256", letters.encode(`${challenge}~${number}`));
    if (new DataView(hash).getUint32(0) >>> (32 - bits) === 0) return `${challenge}~${number}`;
  }
}

/* fetch tells nothing of what is on its way up, so files go by XMLHttpRequest, with a bar. */
function post(message) {
  const { headers = {}, body: content } = body(message);
  if (message.proof) headers["X-Chat-Proof"] = message.proof;
  if (!message.files.length) return call("/chat/messages", { method: "POST", headers, body: content, signal: AbortSignal.timeout?.(30_000) });
  if (token) headers["X-Chat-Session"] = token;
  const bar = make("progress", { max: 1, value: 0, ariaLabel: words.sending });
  shown.get(message.id)?.node.querySelector(".mark").before(bar);
  return new Promise((resolve, reject) => {
    const request = Object.assign(new XMLHttpRequest(), { timeout: 300_000, onerror: reject, ontimeout: reject, onabort: reject });
    request.onload = () => resolve(new Response(request.responseText, { status: request.status, headers: { "Retry-After": request.getResponseHeader("Retry-After") ?? "" } }));
    request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
    request.open("POST", "/chat/messages");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(content);
  }).finally(() => bar.remove());
}

/* Between "we have it" and the answer: somebody is reading. Never longer than an answer should take. */
function reads(now) {
  hint(now ? make("p", { className: "word us typing", ariaHidden: "true" }, make("i"), make("i"), make("i")) : null, 15);
}
/* An operator is writing: read out once, however long it takes until the answer is there. */
function writes() {
  hint(typing?.textContent ? typing : make("p", { className: "word us typing", textContent: words.writing, ariaLive: spoken ? "off" : "polite" }), 6);
  spoken = true;
}
function hint(node, seconds) {
  clearTimeout(typed);
  if (node !== typing) {
    const near = isNear();
    typing?.remove();
    typing = node;
    if (node) log.append(node);
    if (node && near) toEnd();
  }
  if (node) typed = setTimeout(reads, seconds * 1000, false);
}

const backOff = () => { pause = Math.min(pause * 2, 60); return pause * (0.75 + Math.random() / 2); };

function body({ id, text, command, files, place }) {
  if (!files.length) {
    return { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id, text, ...(command && { command }), ...place }) };
  }
  const content = new FormData();
  content.append("id", id);
  content.append("text", text);
  if (place) { content.append("lat", place.lat); content.append("lon", place.lon); }
  for (const file of files) content.append("file", file.blob, file.name);
  return { body: content };
}
function say(text, off = false) { if (line.textContent !== text) line.textContent = text; line.classList.toggle("off", off); }
addEventListener("online", () => { pause = 1; send(); listen(true); });
addEventListener("offline", () => say(words.offline, true));

/* ---- hearing: an event stream by fetch, because a frame's token travels in a header ---- */

let hearing = null, patience = 1;

async function listen(now = false) {
  if (hearing && !now) return;
  hearing?.abort();
  const mine = (hearing = new AbortController());
  let again = true;
  try {
    const answer = await call("/chat/events", { headers: lastReply ? { "Last-Event-ID": lastReply } : {}, signal: mine.signal });
    if (answer.status === 401) again = false;
    else if (answer.ok) { patience = 1; say(words.online); await follow(answer.body.pipeThrough(new TextDecoderStream()).getReader()); }
  } catch { /* the line was lost; we come again below */ }
  if (hearing !== mine) return;
  if (!again) { hearing = null; return; }
  patience = Math.min(patience * 2, 30);
  setTimeout(() => { if (hearing === mine) listen(true); }, patience * 1000 * (0.75 + Math.random() / 2));
}

async function follow(reader) {
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").filter((row) => row && row[0] !== ":").map((row) => { const at = row.indexOf(":"); return [row.slice(0, at), row.slice(at + 1).trim()]; }));
      if (!fields.data) continue;
      const content = JSON.parse(fields.data);
      if (fields.event === "typing") writes();
      else if (fields.event !== "state") showReply(content);
      else if (shown.has(content.id)) { settled.add(content.id); setState(content.id, "settled", content.tracking_number); setTimeout(reads, 1500, false); }
      else await remember(); // written in another tab
    }
  }
}

/* ---- writing ---- */

const picked = [];
let spot = null;

function drawChosen() {
  chosen.replaceChildren(...picked.map((file, index) => {
    const image = file.type.startsWith("image/") ? make("img", { src: URL.createObjectURL(file.blob), alt: "" }) : null;
    return make("li", {}, image, make("span", { textContent: file.name }), removal(file.name, () => picked.splice(index, 1)));
  }), ...(spot ? [make("li", {}, make("span", { textContent: `${words.place} ✓` }), removal(words.place, () => { spot = null; }))] : []));
}
function removal(name, act) {
  const button = make("button", { type: "button", className: "plain", textContent: words.remove, ariaLabel: `${words.remove}: ${name}` });
  button.addEventListener("click", () => { act(); drawChosen(); box.focus(); });
  return button;
}

async function add(files) {
  trouble.textContent = "";
  for (const file of files) {
    const blob = await lighter(file);
    const sum = picked.reduce((total, each) => total + each.blob.size, blob.size);
    const complaint = picked.length >= limits.files ? words.tooMany : blob.size > limits.file ? words.tooLarge : sum > limits.all ? words.tooBig : null;
    if (complaint) { trouble.textContent = `${file.name}: ${complaint}`; continue; }
    picked.push({ blob, name: file.name || words.picture, type: blob.type || file.type, size: blob.size });
  }
  drawChosen();
}

/* Photos of several megabytes are drawn smaller on the phone: poor networks lose large ones. What cannot be drawn goes as it is. */
async function lighter(file) {
  if (file.size < 1_500_000 || !/^image\/(jpeg|webp)$/.test(file.type)) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, 2560 / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
    return smaller && smaller.size < file.size ? smaller : file;
  } catch { return file; }
}

picker.addEventListener("change", async () => { const files = [...picker.files]; picker.value = ""; await add(files); });
box.addEventListener("paste", (event) => { const files = [...event.clipboardData.files]; if (files.length) { event.preventDefault(); add(files); } });
chat.addEventListener("dragover", (event) => { event.preventDefault(); chat.classList.add("drop"); });
chat.addEventListener("dragleave", () => chat.classList.remove("drop"));
chat.addEventListener("drop", (event) => { event.preventDefault(); chat.classList.remove("drop"); add([...event.dataTransfer.files]); });

const grow = () => { if (!CSS.supports("field-sizing", "content")) { box.rows = Math.min(8, Math.max(2, box.value.split("\n").length)); } };
box.addEventListener("input", () => { keep("draft", box.value); grow(); });
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) { event.preventDefault(); form.requestSubmit(); }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text && !picked.length && !spot) { box.focus(); return; }
  trouble.textContent = "";
  submit({ text, files: picked.splice(0), place: spot });
  spot = null;
  box.value = "";
  drop("draft");
  drawChosen();
  grow();
  box.focus();
});

const locate = part("locate");
locate.hidden = !("geolocation" in navigator);
locate.addEventListener("click", () => {
  trouble.textContent = words.locating;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => { trouble.textContent = ""; spot = { lat: coords.latitude, lon: coords.longitude }; drawChosen(); },
    () => { trouble.textContent = words.noPlace; },
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
});

part("forget").addEventListener("click", async () => {
  if (!confirm(words.forget)) return;
  await call("/chat/forget", { method: "POST" }).catch(() => null);
  await onDisk("readwrite", (store) => store.clear());
  ["token", "draft"].forEach(drop);
  confide("");
  location.replace(location.pathname + location.search);
});

/* ---- begin ---- */

/* What the hub remembers of this talk; null when it cannot be reached. */
async function remember() {
  const answer = await call("/chat/history").catch(() => null);
  if (!answer?.ok) return null;
  const { messages } = await answer.json();
  for (const message of messages) message.from === "me" ? showMine(message, message.state) : showReply(message);
  return messages;
}

async function begin() {
  log.setAttribute("aria-live", "off"); // the past is not read out
  box.value = recall("draft") ?? box.value;
  grow();
  const [messages, kept] = await Promise.all([remember(), onDisk("readonly", (store) => store.getAll())]);
  const safe = new Set((messages ?? []).map((message) => message.id));
  for (const message of (kept ?? []).sort((one, other) => one.at.localeCompare(other.at))) {
    if (safe.has(message.id)) { await unshelve(message.id); continue; }
    shelf.set(message.id, message);
    showMine(message, "waiting");
  }
  begun = true;
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
  toEnd();
  if (!messages) say(words.offline, true);
  if (messages?.length || shelf.size) listen();
  send();
}
begin();

// Installed or not: without a line a page says so. Not inside another site.
if (parent === window) navigator.serviceWorker?.register("/sw.js").catch(() => {});
