/* The desk with JavaScript: filters apply at once, the list refreshes itself, double clicks send once. Everything works without it too. */
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // A form sent twice by an impatient hand is sent once; coming back to the page frees the button.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get") return; // a download leaves the page as it is: its next button must answer
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-confirm]");
    if (asked && !confirm(asked.dataset.confirm)) event.preventDefault();
    if (event.target.closest("[data-print]")) print();
    document.querySelectorAll("details.me[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // While an answer is written, the citizen's open chat shows it: one word about it every 4 s at most (there it fades after 6 s).
  let told = 0;
  document.addEventListener("input", ({ target, timeStamp }) => {
    if (!target.dataset.typing || !target.value.trim() || (told && timeStamp - told < 4000)) return;
    told = timeStamp;
    fetch(target.dataset.typing, { method: "POST", headers: { "X-CSRF-Token": document.body.dataset.csrf } }).catch(() => {});
  });

  // Single keys, listed by "?": they press what the page shows anyway, so nothing needs them.
  const step = (by) => {
    const lines = [...document.querySelectorAll(".lines .line > a")];
    const next = lines[Math.max(0, Math.min(lines.length - 1, lines.indexOf(document.activeElement) + by))];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.me[open]").forEach((menu) => { menu.open = false; });
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const key = event.key.toLowerCase();
    const pressed = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const search = document.getElementById("q");
    if (key === "?") document.getElementById("tombol").showModal();
    else if (key === "/" && search) search.focus();
    else if (pressed) pressed.click();
    else if (key === "x" && document.activeElement.closest(".line")) document.activeElement.closest(".line").querySelector(".tick input")?.click();
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const filler = event.target.closest("[data-fill]");
    if (filler) {
      const box = document.getElementById(filler.dataset.fill);
      box.value = [box.value.trim(), filler.previousElementSibling.textContent].filter(Boolean).join("\n");
      box.focus();
    }
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
  });
  // Ticks outlive the refreshing of the list. By complaint: its version is the one that was seen when it was ticked.
  const ticked = new Map();
  const note = (box) => { const id = box.value.split(".")[0]; if (box.checked) ticked.set(id, box.value); else ticked.delete(id); };
  const counted = () => document.querySelectorAll("[data-ticked]").forEach((part) => { part.textContent = part.dataset.ticked.replace("0", document.querySelectorAll(".tick input:checked").length); });
  const ticks = () => document.querySelectorAll(".tick input");
  document.addEventListener("change", ({ target }) => { if (target.matches(".tick input")) { note(target); counted(); } });
  document.addEventListener("htmx:afterSwap", () => {
    ticks().forEach((box) => { const seen = ticked.get(box.value.split(".")[0]); if (seen) { box.value = seen; box.checked = true; } });
    counted();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-all]")) return;
    event.preventDefault();
    const all = [...ticks()], every = all.every((box) => box.checked);
    all.forEach((box) => { box.checked = !every; note(box); });
    counted();
  });
  ticks().forEach(note);
  counted();

  // The offer to undo ends when the replies leave.
  document.querySelectorAll("[data-undo]").forEach((form) => {
    const seconds = Number(form.dataset.undo);
    if (seconds) setTimeout(() => { form.replaceWith(Object.assign(document.createElement("p"), { className: "small soft", textContent: form.dataset.over })); }, seconds * 1000);
  });

  document.querySelectorAll("[data-keys]").forEach((part) => { part.hidden = false; });

  document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });

  // A line to the hub while the page is looked at: a hidden tab holds none (a browser has few to one address).
  const listen = (address, event, heard) => {
    let line = null;
    const leave = () => { line?.close(); line = null; };
    const look = () => {
      if (document.hidden) return leave();
      if (!line) (line = new EventSource(address)).addEventListener(event, heard);
    };
    look();
    document.addEventListener("visibilitychange", look);
    addEventListener("pageshow", look);
    addEventListener("pagehide", leave);
  };

  // Who else has this complaint open, and what they did.
  const beside = document.querySelector("[data-beside]");
  if (beside) {
    listen(beside.dataset.beside, "bersama", ({ data }) => {
      beside.replaceChildren(...JSON.parse(data).map(([tone, text]) => Object.assign(document.createElement("p"), { className: `notice ${tone}`, textContent: text })));
    });
  }

  // How much waits for a decision, in the frame: asked of the JSON API, as any other program would.
  const count = async () => {
    const badges = document.querySelectorAll("[data-waiting]");
    const answer = badges.length && await fetch("/desk/api/waiting").catch(() => null);
    if (!answer?.ok) return;
    const { quarantined, triage, dead, uncertain } = await answer.json(), all = quarantined + triage + dead + uncertain;
    badges.forEach((badge) => { badge.textContent = all; badge.hidden = !all; });
  };

  if (document.querySelector("[data-live]")) {
    const refresh = () => {
      const live = document.querySelector("[data-live]");
      if (!live || document.hidden) return;
      htmx.trigger(live, "segar");
      count();
    };
    listen("/desk/peristiwa", "changed", refresh);
    document.addEventListener("visibilitychange", refresh);
  }
})();
