// Before a decision is sent: which fields belong to it, and what each person will read. The server
// writes the notices, by the code that writes those that go out; here they are only shown.

const WAIT_MS = 350;

export function startNotices() {
  const form = document.querySelector("[data-decision]");
  if (!form) return;
  const grounds = form.querySelector("#ground");
  form.addEventListener("input", (event) => {
    if (event.target.name === "outcome" && grounds) suggestGround(event.target.value, grounds);
    fields(form);
    later(form);
  });
  fields(form);
  show(form, null);
}

function suggestGround(outcome, grounds) {
  const nothing = outcome === "lift" || outcome === "no_violation";
  if (nothing && !grounds.value) grounds.value = "none";
  if (outcome === "no_violation") grounds.value = "none";
  if (!nothing && (grounds.value === "none" || !grounds.value)) grounds.value = "terms";
}

function fields(form) {
  const outcome = form.querySelector("input[name=outcome]:checked")?.value ?? "";
  for (const set of form.querySelectorAll("fieldset[data-for]")) {
    const on = set.dataset.for.split(" ").includes(outcome);
    if (on) set.dataset.on = ""; else delete set.dataset.on;
  }
  const harm = form.querySelector("#harm")?.selectedOptions[0];
  const ground = form.querySelector("#ground")?.value;
  const provision = form.querySelector("#provision");
  if (provision && harm) provision.placeholder = (ground === "law" ? harm.dataset.law : harm.dataset.terms) || "";
}

let timer = 0;
let asked = 0;

function later(form) {
  clearTimeout(timer);
  timer = setTimeout(() => ask(form), WAIT_MS);
}

async function ask(form) {
  const at = form.dataset.previewAt;
  if (!at) return;
  const data = new FormData(form);
  if (!data.get("outcome") || !data.get("ground") || !String(data.get("reason") ?? "").trim()) { show(form, null); return; }
  const number = ++asked;
  const answer = await fetch(at, {
    method: "POST",
    body: new URLSearchParams(data),
    headers: { accept: "application/json", "x-csrf-token": document.body.dataset.csrf },
  });
  const told = await answer.json();
  if (number !== asked) return;
  if (answer.ok) show(form, told); else wrong(form, told.error);
}

function show(form, told) {
  const box = form.querySelector("[data-notices]");
  if (!box) return;
  box.replaceChildren();
  if (!told) { box.append(line("hint", box.dataset.wordWait)); return; }
  const language = document.documentElement.lang;
  box.append(title(box.dataset.wordReporters, told.reporters));
  if (!told.reporters) box.append(line("hint", box.dataset.wordNobody));
  box.append(line("preview-text", told.answer[language] ?? told.answer.en));
  for (const one of told.accounts) {
    box.append(title(box.dataset.wordAccount, one.accounts));
    box.append(line("preview-text", one.text[language] ?? one.text.en));
  }
}

function wrong(form, error) {
  const box = form.querySelector("[data-notices]");
  box?.replaceChildren(line("wrong", [error?.reason, error?.next_step].filter(Boolean).join(": ")));
}

function title(words, count) {
  const head = document.createElement("h4");
  head.textContent = count > 1 ? `${words} × ${count}` : words;
  return head;
}

function line(kind, words) {
  const text = document.createElement("p");
  text.className = kind;
  text.textContent = words ?? "";
  return text;
}
