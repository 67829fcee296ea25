// The photo page works without this. With it the photo has to be chosen once only: the report is
// fetched and put into the page, and the chosen file stays in the reader's browser.

const send = async (event) => {
  const form = event.target;
  const act = event.submitter?.value;
  const file = form.elements.photo.files[0];
  if (act !== "check" || !file || file.size > 25 * 1024 * 1024) return;
  event.preventDefault();
  const data = new FormData(form);
  data.set("act", act);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(page.querySelector("main"), file);
  } catch {
    form.removeEventListener("submit", send);
    form.requestSubmit(event.submitter);
  } finally {
    form.removeAttribute("aria-busy");
  }
};

const show = (main, file) => {
  document.querySelector("main").replaceWith(document.adoptNode(main));
  const form = start();
  const chosen = new DataTransfer();
  chosen.items.add(file);
  form.elements.photo.files = chosen.files;
  const label = form.querySelector("label[for=photo]");
  label.textContent = label.dataset.kept;
  const said = document.querySelector("#found-title, [role=alert]");
  said?.focus();
  said?.scrollIntoView({ block: "center" });
};

const start = () => {
  const form = document.querySelector("[data-photo-form]");
  form?.addEventListener("submit", send);
  return form;
};

start();
