// The theme switch: its link works without a script; with one the page turns at once.

const ORDER = { auto: "dark", dark: "light", light: "auto" };

export function startTheme() {
  const link = document.querySelector("[data-theme-switch]");
  link?.addEventListener("click", async (event) => {
    event.preventDefault();
    const root = document.documentElement;
    const next = ORDER[root.dataset.theme] ?? "auto";
    root.dataset.theme = next;
    document.dispatchEvent(new CustomEvent("rempart:theme"));
    const url = new URL(link.href);
    url.searchParams.set("theme", next);
    // The answer sets the cookie; the page itself is already right. The fresh page only gives the
    // switch its next label and icon.
    const page = await fetch(url, { headers: { accept: "text/html" } });
    const drawn = new DOMParser().parseFromString(await page.text(), "text/html");
    const fresh = drawn.querySelector("[data-theme-switch]");
    if (fresh) {
      link.title = fresh.title;
      link.replaceChildren(...fresh.childNodes);
    }
  });
}
