// The chat of a channel: each `outcomes` event asks for what is newer than the last row, as HTML
// rows from the server. At most 300 rows stay; whoever scrolls up is not pulled down.

import { onEvent } from "./live.js";
import { drawTimes } from "./times.js";

const GATHER = 250;
const KEEP = 300;
let timer = 0;
let busy = false;
let again = false;

export function startChat() {
  const chat = document.querySelector("[data-chat]");
  if (!chat) return;
  chat.scrollTop = chat.scrollHeight;
  onEvent((kind) => {
    if (kind !== "outcomes" || timer) return;
    timer = setTimeout(() => { timer = 0; more(chat); }, GATHER);
  });
}

async function more(chat) {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.set("after", chat.dataset.last);
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rows = [...fresh.querySelectorAll("[data-chat] > li")];
    if (rows.length) append(chat, rows);
  } finally {
    busy = false;
    if (again) { again = false; more(chat); }
  }
}

function append(chat, rows) {
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
  const hold = document.querySelector("[data-chat-hold]")?.checked;
  for (const row of rows) { row.classList.add("new"); drawTimes(row); }
  chat.append(...rows);
  chat.dataset.last = rows.at(-1).dataset.seq;
  document.querySelector("[data-chat-empty]")?.remove();
  if (!hold) while (chat.children.length > KEEP) chat.firstElementChild.remove();
  if (atEnd && !hold) chat.scrollTop = chat.scrollHeight;
}
