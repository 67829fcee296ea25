// Public pages work without this. With it: theme at once, copy and print of a receipt, quick exit by
// Escape, and a receipt that arrives after `#` is put into the form and taken out of the address.

import { startTheme } from "./theme.js";
import { drawTimes } from "./times.js";

document.documentElement.dataset.js = "";
startTheme();
drawTimes();

const receipt = document.querySelector("[data-receipt]");
const copy = document.querySelector("[data-copy]");
const print = document.querySelector("[data-print]");
if (receipt && copy && print) {
  copy.hidden = false;
  print.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(receipt.dataset.receipt);
    document.querySelector("[data-copy-state]").textContent = document.body.dataset.copied;
  });
  print.addEventListener("click", () => window.print());
}

const form = document.querySelector("[data-status-form]");
if (form && location.hash.length > 1) {
  form.elements.receipt.value = decodeURIComponent(location.hash.slice(1)).replaceAll("+", " ").replaceAll("-", " ");
  history.replaceState(null, "", location.pathname);
}

// An invitation after `#` never reaches a server's log; it is put into the form and taken out of the
// address.
const code = document.querySelector("[data-code-form]");
if (code && location.hash.length > 1) {
  code.elements.code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

const exit = document.querySelector("[data-exit]");
if (exit) {
  const leave = (event) => { event.preventDefault(); location.replace(exit.href); };
  exit.addEventListener("click", leave);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(event); });
}
