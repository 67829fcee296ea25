// Tabs: without a script all parts stand one below the other; with one they become tabs (ARIA
// pattern, arrow keys move). The chosen tab stays in the address after `#`.

export function startTabs() {
  for (const box of document.querySelectorAll("[data-tabs]")) {
    const list = box.querySelector(".tabs");
    const tabs = [...list.querySelectorAll("a")];
    list.setAttribute("role", "tablist");
    for (const tab of tabs) {
      const panel = box.querySelector(tab.getAttribute("href"));
      tab.setAttribute("role", "tab");
      tab.id = `${panel.id}-tab`;
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
      tab.addEventListener("click", (event) => { event.preventDefault(); choose(tabs, tab, box); });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
        choose(tabs, next, box);
        next.focus();
      });
    }
    const wanted = tabs.find((tab) => short(tab) === location.hash || tab.hash === location.hash)
      ?? tabs.find((tab) => "first" in tab.dataset) ?? tabs[0];
    choose(tabs, wanted, box, false);
  }
}

/** `#messages` for the panel `p-messages`: no element has that id, so the browser does not jump. */
function short(tab) {
  return tab.hash.replace("#p-", "#");
}

function choose(tabs, chosen, box, remember = true) {
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    box.querySelector(tab.getAttribute("href")).hidden = !on;
  }
  if (remember) history.replaceState(null, "", short(chosen));
  document.dispatchEvent(new CustomEvent("rempart:tab"));
}
