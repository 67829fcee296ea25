// Acts: undo and decisions are plain forms; here they are sent without leaving the page, say what
// came of it, and the page refreshes its parts.

import { refresh } from "./live.js";

let toastTimer = 0;

export function say(text, wrong = false) {
  const toast = document.querySelector(".toast");
  toast.textContent = text;
  toast.classList.toggle("wrong-toast", wrong);
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 5000);
}

export function startActs() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.act) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    const fields = new URLSearchParams(new FormData(form));
    if (button.name) fields.append(button.name, button.value);
    button.disabled = true;
    try {
      const answer = await fetch(button.getAttribute("formaction") ?? form.action, {
        method: "POST",
        body: fields,
        headers: { accept: "application/json", "x-csrf-token": document.body.dataset.csrf },
      });
      // A broad step asks first: the page that shows what it would do.
      if (answer.status === 409 && (await answer.clone().json()).confirm) { form.submit(); return; }
      if (!answer.ok) throw new Error(await reason(answer));
      const went = form.dataset.act === "correct" ? (await answer.json()).case : "";
      if (went && !location.pathname.endsWith(`/${went}`)) { location.assign(`/console/cases/${went}`); return; }
      say(button.dataset.said ?? document.body.dataset.undone);
      await refresh();
    } catch (error) {
      say(`${document.body.dataset.failed} ${error.message}`, true);
    } finally {
      button.disabled = false;
    }
  });
  document.addEventListener("change", choosing);
  document.addEventListener("rempart:swapped", choosing);
  choosing();
}

/** A button that works on what is chosen is off until something is. */
function choosing() {
  for (const button of document.querySelectorAll("button[data-needs]")) {
    button.disabled = !button.form.querySelector(`[name="${button.dataset.needs}"]:checked`);
  }
}

async function reason(answer) {
  try { return (await answer.json()).error.reason; } catch { return String(answer.status); }
}
