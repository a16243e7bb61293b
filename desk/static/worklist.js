/* The worklist with JavaScript: copy buttons, capitals put right. Without it the boxes are selected and copied by hand. */
(() => {
  "use strict";
  const copiers = [...document.querySelectorAll("[data-copy]")];
  const told = document.getElementById("copied");
  let next = 0;

  // The clipboard needs https or this machine; an office's plain http gets the old way.
  const copy = async (button) => {
    const box = document.getElementById(button.dataset.copy);
    next = copiers.indexOf(button) + 1;  // before the clipboard answers: fingers are quicker
    try { await navigator.clipboard.writeText(box.value); }
    catch { box.select(); document.execCommand("copy"); box.blur(); }
    told.textContent = `${told.dataset.said} ${box.labels[0].textContent}`;
  };
  const ordinary = (text) => text.toLowerCase().replace(/(^|[.!?]\s+|\n\s*)(\p{L})/gu, (all, before, letter) => before + letter.toUpperCase());

  document.querySelectorAll("[data-copy], [data-case], [data-next]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    else if (button.dataset.case) { const box = document.getElementById(button.dataset.case); box.value = ordinary(box.value); }
    else if ("next" in button.dataset) { if (next < copiers.length) copy(copiers[next]); else document.getElementById("reference").focus(); }
  });
})();
