// Keys: written on the buttons, listed under `?`, off when somebody switches them off (WCAG 2.1.4).
// j/k move through the rows, Enter opens, r shows or blurs, u asks and undoes on the second press;
// in between j/k choose another measure.

const OFF = "rempart-keys-off";
const ARMED_MS = 4000;
let pending = "";
let pendingTimer = 0;

const off = () => localStorage.getItem(OFF) === "1";

export function startKeys() {
  document.addEventListener("keydown", onKey);
  const box = document.querySelector("[data-keys-off]");
  if (box) {
    box.checked = off();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
  }
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.open)?.showModal());
  }
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = document.querySelector("[data-decision]");
    form?.requestSubmit(form.querySelector(event.shiftKey ? "[data-submit-next]" : "[data-submit]"));
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    document.getElementById("palette")?.showModal();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || off()) return;
  const at = event.target;
  const typing = at.matches("textarea, select, input:not([type=radio], [type=checkbox])") || at.isContentEditable;
  if (typing || document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (pending) {
    const link = document.querySelector(`[data-keys="${pending} ${CSS.escape(key)}"]`);
    clearPending();
    if (link) { event.preventDefault(); link.click(); return; }
  }
  if (key === "g") { pending = "g"; pendingTimer = setTimeout(clearPending, 1500); return; }
  if (key === "u" && undo()) { event.preventDefault(); return; }
  if ((key === "j" || key === "k") && chooseUndo(key === "j" ? 1 : -1)) { event.preventDefault(); return; }
  if (key === "j" || key === "k") { event.preventDefault(); move(key === "j" ? 1 : -1); return; }
  if (key === "Enter" && !at.matches("a, button, summary, input")) { openRow(event); return; }
  if (key === "r") { reveal(event); return; }
  const target = [...document.querySelectorAll("[data-key]")]
    .find((one) => one.dataset.key === key && one.getClientRects().length);
  if (!target) return;
  event.preventDefault();
  target.click();
  if (target.matches("input, textarea, select")) target.focus();
}

function clearPending() {
  pending = "";
  clearTimeout(pendingTimer);
}

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.getClientRects().length);
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("here"));
  const next = Math.min(all.length - 1, Math.max(0, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step));
  all[now]?.classList.remove("here");
  const row = all[next];
  row.classList.add("here");
  const link = row.querySelector("[data-row-link]");
  (link ?? row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function openRow(event) {
  const link = document.querySelector("[data-row].here [data-row-link]");
  if (link) { event.preventDefault(); link.click(); }
}

function reveal(event) {
  const row = document.querySelector("[data-row].here") ?? rows()[0];
  const veil = row?.querySelector("details.veil");
  if (veil) { event.preventDefault(); veil.open = !veil.open; }
}

const armed = (button) => button.classList.contains("armed");

/** Every measure of a case can be undone by key: u asks about the one in focus, else the first. */
const undoButtons = () => [...document.querySelectorAll("[data-undo] [data-act=undo] button, [data-key=u]")]
  .filter((one) => one.getClientRects().length && !one.disabled);

function undo() {
  const all = undoButtons();
  if (!all.length) return false;
  const asked = all.find(armed);
  if (asked) { disarm(asked); asked.click(); return true; }
  const row = document.activeElement.closest(".measure");
  const one = all.find((button) => button.closest(".measure") === row && row) ?? all[0];
  arm(one);
  return true;
}

function chooseUndo(step) {
  const all = undoButtons();
  const now = all.findIndex(armed);
  if (now < 0) return false;
  disarm(all[now]);
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  arm(next);
  return true;
}

let armTimer = 0;

function disarm(button) {
  clearTimeout(armTimer);
  button.classList.remove("armed");
  button.querySelector(".arm-word")?.remove();
}

function arm(button) {
  button.classList.add("armed");
  const label = document.createElement("span");
  label.className = "arm-word";
  label.setAttribute("role", "status");
  label.textContent = document.body.dataset.armed;
  button.append(label);
  button.focus();
  armTimer = setTimeout(() => disarm(button), ARMED_MS);
}
