/* The pin on the office's map. Pictures come from the address in hub.toml and from nowhere else; without them the drawing stays. */
(() => {
  "use strict";
  const box = document.getElementById("peta");
  if (!box || typeof L === "undefined") return;
  const { tiles, attribution, zoomIn, zoomOut } = box.dataset;
  const spot = [Number(box.dataset.lat), Number(box.dataset.lon)];
  const plain = document.createElement("span");
  plain.textContent = attribution;
  box.hidden = false;
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, fadeAnimation: false }).setView(spot, 16);
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  L.tileLayer(tiles, { maxZoom: 19, attribution: plain.innerHTML }).addTo(map);
  const look = getComputedStyle(document.documentElement);
  L.circleMarker(spot, { radius: 9, weight: 3, color: look.getPropertyValue("--sheet"), fillColor: look.getPropertyValue("--red"), fillOpacity: 1 }).addTo(map);
})();
