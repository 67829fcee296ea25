// Who has this case: holding it while the page is open, letting go when it is left. Without a script
// the same is done by buttons.

import { refresh } from "./live.js";

const BEAT = 25_000;

export function startDesk() {
  const place = document.querySelector("[data-desk]")?.dataset.desk;
  if (!place) return;
  const send = (what, keepalive = false) => fetch(`${place}/${what}`, {
    method: "POST",
    keepalive,
    headers: { accept: "application/json", "x-csrf-token": document.body.dataset.csrf },
  });
  let mine = null;
  const beat = async () => {
    if (document.hidden) return;
    try {
      const answer = await send("hold");
      if (!answer.ok) return;
      const seen = await answer.json();
      if (seen.mine !== mine) {
        mine = seen.mine;
        const part = document.getElementById("desk");
        if (part) await refresh([part]);
      }
    } catch { /* the next beat tries again */ }
  };
  beat();
  const timer = setInterval(beat, BEAT);
  addEventListener("pagehide", () => { clearInterval(timer); send("release", true).catch(() => {}); });
}
