/* The desk with JavaScript: filters apply at once, the list refreshes itself, double clicks send once. Everything works without it too. */
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // A form sent twice by an impatient hand is sent once; coming back to the page frees the button.
  document.addEventListener("submit", (event) => {
    const form = event.target;
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
  document.querySelectorAll("[data-keys]").forEach((part) => { part.hidden = false; });

  document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });

  if (document.querySelector("[data-live]")) {
    const news = new EventSource("/desk/peristiwa");
    const refresh = () => {
      const live = document.querySelector("[data-live]");
      if (live && !document.hidden) htmx.trigger(live, "segar");
    };
    news.addEventListener("segar", refresh);
    document.addEventListener("visibilitychange", refresh);
    addEventListener("pagehide", () => news.close());
  }
})();
