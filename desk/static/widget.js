/* One script tag on the city's site: a button, and behind it the chat in a frame. Nothing is loaded before it is opened.
   data-label, data-theme="light|dark", data-color="#0a58ca", data-side="left" on the tag make it fit the site. */
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const english = document.documentElement.lang.startsWith("en");
  const { theme, color = "", side } = document.currentScript.dataset;
  const shade = /^#[0-9a-f]{6}$/i.test(color) ? color : "#176749";
  const bright = [1, 3, 5].reduce((sum, at, part) => sum + (parseInt(shade.slice(at, at + 2), 16) / 255) ** 2.2 * [0.2126, 0.7152, 0.0722][part], 0) > 0.18;
  const edge = side === "left" ? "left" : "right";
  const label = document.currentScript.dataset.label || (english ? "Report a problem" : "Lapor di sini");
  const close = english ? "Close" : "Tutup";
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const style = (node, rules) => { Object.assign(node.style, rules); return node; };
  const button = style(document.createElement("button"), {
    position: "fixed", [edge]: "1rem", bottom: "1rem", zIndex: "2147483000", minHeight: "3rem", padding: "0 1.25rem", border: "0", borderRadius: "1.5rem",
    background: shade, color: bright ? "#000" : "#fff", font: "600 1rem system-ui, sans-serif", boxShadow: "0 4px 16px rgb(0 0 0 / 25%)", cursor: "pointer",
  });
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  let frame = null;

  /* A frame without storage of its own hands us its session, so that the talk is there after a reload of this page. */
  const kept = () => { try { return localStorage.getItem("satupintu"); } catch { return null; } };
  addEventListener("message", ({ data, origin: from, source }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || typeof data?.satupintu !== "string") return;
    try { if (data.satupintu) localStorage.setItem("satupintu", data.satupintu); else localStorage.removeItem("satupintu"); } catch { /* it lives as long as the page */ }
  });

  const open = () => {
    frame = style(document.createElement("iframe"), {
      position: "fixed", [edge]: "1rem", bottom: "4.75rem", zIndex: "2147483000", width: "min(26rem, calc(100vw - 2rem))", height: "min(40rem, calc(100vh - 6rem))",
      border: "1px solid rgb(0 0 0 / 15%)", borderRadius: "1rem", background: "#fff", boxShadow: "0 8px 32px rgb(0 0 0 / 25%)",
    });
    frame.title = label;
    frame.allow = `geolocation ${origin}; clipboard-write ${origin}`;
    frame.referrerPolicy = "origin";
    const look = new URLSearchParams({ ...(english && { lang: "en" }), ...(theme && { theme }), ...(color && { color: shade.slice(1) }) });
    frame.src = `${origin}/chat/frame?${look}#${kept() ?? ""}`;
    root.append(frame);
  };
  const show = (visible) => {
    if (visible && !frame) open();
    frame.hidden = !visible;
    frame.style.display = visible ? "block" : "none";
    button.setAttribute("aria-expanded", String(visible));
    button.textContent = visible ? close : label;
    if (visible) frame.focus(); else button.focus();
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && frame) show(false); });
  root.append(button);
  const place = () => document.body.append(host);
  if (document.body) place(); else addEventListener("DOMContentLoaded", place);
})();
