// Care: each text somebody opens counts one, whatever it says. Only how many is sent, with the case
// it belongs to. The same text opened again, or drawn anew by a live update, is not a new one.

import { say } from "./acts.js";

const GATHER = 800;
const opened = new Set();
let waiting = 0;
let timer = 0;

export function startCare() {
  document.addEventListener("toggle", (event) => {
    const veil = event.target;
    if (!veil.matches?.("details.veil") || !veil.open) return;
    const text = veil.textContent;
    if (opened.has(text)) return;
    opened.add(text);
    waiting += 1;
    timer ||= setTimeout(send, GATHER);
  }, true);
  addEventListener("pagehide", send);
}

async function send() {
  clearTimeout(timer);
  timer = 0;
  if (!waiting) return;
  const texts = Math.min(waiting, 200);
  waiting = 0;
  const found = /^\/console\/cases\/([^/]+)(?:\/search)?$/.exec(location.pathname);
  try {
    const answer = await fetch("/api/v1/me/exposure", {
      method: "POST",
      keepalive: true,
      body: JSON.stringify({ texts, case: found ? decodeURIComponent(found[1]) : "" }),
      headers: { "content-type": "application/json", "x-csrf-token": document.body.dataset.csrf },
    });
    const day = await answer.json();
    if (day.pause_until && !day.alone) say(document.body.dataset.pause);
  } catch { /* the next one counts again */ }
}
