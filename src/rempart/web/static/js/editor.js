// The editor of rules: line numbers beside a rule file, marks where something is wrong, and from a
// problem in the list to its place. Without this the page works the same, by places in words.

for (const area of document.querySelectorAll("textarea[data-code]")) number(area);
document.querySelector(".problems")?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const area = link && document.querySelector(link.getAttribute("href"));
  if (!area) return;
  event.preventDefault();
  go(area, Number(link.dataset.line), Number(link.dataset.column), Number(link.dataset.end));
});

function number(area) {
  const wrong = new Set(JSON.parse(area.dataset.wrong));
  const gutter = document.createElement("pre");
  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  const box = document.createElement("div");
  box.className = "coded";
  area.replaceWith(box);
  box.append(gutter, area);
  let drawn = 0;
  const draw = () => {
    const lines = area.value.split("\n").length;
    if (lines === drawn) return;
    drawn = lines;
    gutter.replaceChildren(...Array.from({ length: lines }, (_, index) => {
      const row = document.createElement("span");
      row.textContent = wrong.has(index + 1) ? `▸${index + 1}\n` : `${index + 1}\n`;
      if (wrong.has(index + 1)) row.className = "wrong";
      return row;
    }));
  };
  area.addEventListener("input", draw);
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  draw();
}

/** Columns count characters, as the checker does; a text area counts UTF-16 units. */
function go(area, line, column, end) {
  const lines = area.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const letters = [...(lines[line - 1] ?? "")];
  const units = (count) => letters.slice(0, count).join("").length;
  area.focus();
  area.setSelectionRange(before + units(column), before + units(Math.max(end, column + 1)));
  area.scrollTop = Math.max(0, (line - 4) * Number.parseFloat(getComputedStyle(area).lineHeight));
}
