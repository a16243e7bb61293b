/* The site's own colour as the accent, moved towards black or white until text in it can be read (4.5:1). */
(() => {
  const root = document.documentElement;
  const hex = (word) => [1, 3, 5].map((at) => parseInt(word.slice(at, at + 2), 16));
  const light = (rgb) => rgb.map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const contrast = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); };
  const mix = (rgb, other, share) => rgb.map((part, at) => Math.round(part + (other[at] - part) * share));
  const apply = () => {
    const [sheet, sunken] = ["--sheet", "--sunken"].map((name) => hex(getComputedStyle(root).getPropertyValue(name).trim()));
    const dark = light(sheet) < 0.2;
    const end = dark ? [255, 255, 255] : [0, 0, 0];
    let accent = hex(`#${root.dataset.color}`);
    for (let turn = 0; turn < 20 && contrast(accent, sunken) < 4.5; turn += 1) accent = mix(accent, end, 0.1);
    const set = (name, rgb) => root.style.setProperty(name, `rgb(${rgb.join(" ")})`);
    set("--accent", accent);
    set("--accent-strong", mix(accent, end, 0.25));
    set("--accent-soft", mix(sheet, accent, 0.14));
    set("--on-accent", contrast(accent, [255, 255, 255]) >= 4.5 ? [255, 255, 255] : [0, 0, 0]);
  };
  addEventListener("DOMContentLoaded", apply);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { root.removeAttribute("style"); apply(); });
})();
