// Passkeys: asks the browser for one and brings its answer. The forms are hidden without a script;
// a password and codes always work.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function ask(form, path, body) {
  const answer = await fetch(path, {
    method: "POST",
    body: JSON.stringify(body ?? {}),
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "x-csrf-token": form.dataset.csrf ?? document.body.dataset.csrf,
    },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function described(list) {
  return list?.map((one) => ({ ...one, id: bytes(one.id) }));
}

/** An answer as JSON, as WebAuthn level 3 writes it. */
function written(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: parts, clientExtensionResults: {} };
}

function doing(form, act) {
  const state = form.querySelector("[data-passkey-state]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    state.textContent = "";
    try {
      await act();
    } catch {
      state.textContent = form.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}

for (const form of document.querySelectorAll("[data-passkey-new]")) {
  form.hidden = !window.PublicKeyCredential;
  doing(form, async () => {
    const { publicKey } = await ask(form, "/console/me/passkeys/begin", { password: form.elements.password?.value ?? "" });
    const credential = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: described(publicKey.excludeCredentials),
      },
    });
    const name = form.elements.name.value;
    const made = await ask(form, "/console/me/passkeys", { name, credential: written(credential) });
    if (!made.codes.length) { location.assign(made.next); return; }
    const told = document.querySelector("[data-passkey-codes]");
    told.querySelector(".codes").replaceChildren(...made.codes.map((code) => Object.assign(document.createElement("li"), { textContent: code })));
    told.hidden = false;
    form.hidden = true;
  });
}

for (const form of document.querySelectorAll("[data-passkey-sign-in]")) {
  form.hidden = !window.PublicKeyCredential;
  doing(form, async () => {
    const { publicKey } = await ask(form, "/login/passkey/begin");
    const credential = await navigator.credentials.get({
      publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: described(publicKey.allowCredentials) },
    });
    const { next } = await ask(form, "/login/passkey", { next: form.dataset.next, credential: written(credential) });
    location.assign(next);
  });
}
