// Live: server-sent events say *what kind* of thing changed; the page then fetches itself and swaps
// the parts marked `data-live="raid case …"`. Rendering stays in one place, on the server, so that
// no stranger's text is ever put together in the browser. Events are gathered for 250 ms, pages
// fetched at most once in `PAUSE` ms; what somebody works in is left alone.

import { drawTimes, setServerNow } from "./times.js";

const GATHER = 250;
const PAUSE = 1500;
const KINDS = ["outcomes", "raid", "campaign", "measure", "case", "report", "log", "alarm", "version", "presence"];

let source = null;
let gathered = new Set();
let timer = 0;
let lastFetch = 0;
let listeners = [];

export function onEvent(listener) {
  listeners.push(listener);
}

export function startLive() {
  if (!document.querySelector("[data-live-state]")) return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("open", () => setState("on"));
  source.addEventListener("error", () => setState("off"));
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      setState("on");
      let data = null;
      try { data = JSON.parse(event.data); } catch { return; }
      for (const listener of listeners) listener(kind, data);
      gather(kind);
    });
  }
  addEventListener("pagehide", () => source.close());
}

function setState(state) {
  const mark = document.querySelector("[data-live-state]");
  if (!mark || mark.dataset.liveState === state) return;
  mark.dataset.liveState = state;
  mark.querySelector(".live-word").textContent =
    state === "on" ? document.body.dataset.liveOn : document.body.dataset.liveOff;
}

function gather(kind) {
  gathered.add(kind);
  if (timer) return;
  timer = setTimeout(flush, Math.max(GATHER, lastFetch + PAUSE - Date.now()));
}

async function flush() {
  timer = 0;
  const kinds = gathered;
  gathered = new Set();
  const parts = [...document.querySelectorAll("[data-live]")].filter((part) =>
    part.dataset.live.split(" ").some((kind) => kinds.has(kind)));
  if (!parts.length || document.hidden) {
    if (parts.length) for (const kind of kinds) gathered.add(kind);
    return;
  }
  await refresh(parts);
}

addEventListener("visibilitychange", () => {
  if (!document.hidden && gathered.size && !timer) timer = setTimeout(flush, GATHER);
});

/** Fetches this page again and swaps the given parts (all live parts when none are given). */
export async function refresh(parts = [...document.querySelectorAll("[data-live]")]) {
  lastFetch = Date.now();
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.redirected || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  setServerNow(fresh.querySelector("main")?.dataset.now);
  for (const part of parts) {
    const next = fresh.getElementById(part.id);
    if (next) swap(part, next);
  }
  document.dispatchEvent(new CustomEvent("rempart:swapped", { detail: { fresh } }));
}

function swap(part, next) {
  if (part.innerHTML === next.innerHTML) return;
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  if (active && /^(TEXTAREA|SELECT|INPUT)$/.test(active.tagName) && active.type !== "checkbox") return;
  const open = new Set([...part.querySelectorAll("[data-row]:has(details[open])")].map((row) => row.dataset.id));
  const here = part.querySelector("[data-row].here")?.dataset.id;
  const scroll = part.scrollTop;
  const unfolded = new Set([...part.querySelectorAll("details[id][open]")].map((one) => one.id));
  const chosen = new Set([...part.querySelectorAll("input[type=checkbox]:checked")].map((one) => one.value));
  const focusIndex = active ? focusables(part).indexOf(active) : -1;
  drawTimes(next);
  part.replaceChildren(...next.childNodes);
  for (const row of part.querySelectorAll("[data-row]")) {
    if (open.has(row.dataset.id)) row.querySelector("details")?.setAttribute("open", "");
    if (here && row.dataset.id === here) row.classList.add("here");
  }
  for (const one of part.querySelectorAll("details[id]")) if (unfolded.has(one.id)) one.open = true;
  for (const one of part.querySelectorAll("input[type=checkbox]")) if (chosen.has(one.value)) one.checked = true;
  part.scrollTop = scroll;
  if (focusIndex >= 0) focusables(part)[focusIndex]?.focus({ preventScroll: true });
}

function focusables(part) {
  return [...part.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
}
