// Charts: uPlot on the series the page carries in data attributes. Colours come from the tokens, so
// that a theme switch redraws them; lines differ by dash as well as by colour.

import uPlot from "../vendor/uplot/uPlot.esm.js";

const GUTTER = 44;
const RIGHT = 24;
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
const drawn = new Map();

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const sum = (a, b) => a.map((value, index) => value + b[index]);

export function startCharts() {
  drawAll();
  document.addEventListener("rempart:theme", redraw);
  document.addEventListener("rempart:tab", resize);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("resize", resize);
  document.addEventListener("rempart:swapped", (event) => {
    for (const box of document.querySelectorAll("[data-chart]")) {
      const next = event.detail.fresh.querySelector(`[data-chart="${box.dataset.chart}"]`);
      if (!next) continue;
      Object.assign(box.dataset, next.dataset);
      draw(box);
    }
  });
}

function drawAll() {
  for (const box of document.querySelectorAll("[data-chart]")) draw(box);
}

function redraw() {
  for (const [box, chart] of drawn) { chart.destroy(); drawn.delete(box); }
  requestAnimationFrame(drawAll);
}

function resize() {
  for (const [box, chart] of drawn) {
    if (box.clientWidth && box.clientWidth !== chart.width) chart.setSize({ width: box.clientWidth, height: box.clientHeight - 8 });
  }
  for (const box of document.querySelectorAll("[data-chart]")) if (!drawn.has(box)) draw(box);
}

function draw(box) {
  if (!box.clientWidth) return;
  const { data, series, hooks, stacked } = box.dataset.chart === "rate" ? rate(box) : timeline(box);
  const old = drawn.get(box);
  if (old && old.series.length === series.length + 1 && box.dataset.chart === "rate") { old.setData(data); return; }
  old?.destroy();
  const axis = { stroke: token("--c-ink-3"), grid: { stroke: token("--c-line"), width: 1 }, ticks: { show: false }, font: "12px Next, sans-serif" };
  const chart = new uPlot({
    width: box.clientWidth, height: box.clientHeight - 8, padding: [8, RIGHT, 0, 0],
    legend: { show: false }, cursor: { y: false, points: { size: 7 } },
    scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [
      { ...axis, size: 24, space: 70, values: (_, ticks) => ticks.map((at) => hour(at, ticks)) },
      { ...axis, size: GUTTER, space: 32 },
    ],
    series: [{}, ...series], hooks, stacked,
  }, data, box);
  drawn.set(box, chart);
  legend(box, series);
}

function hour(at, ticks) {
  const fine = ticks.length > 1 && ticks[1] - ticks[0] < 60;
  return new Date(at * 1000).toLocaleTimeString(document.documentElement.lang,
    { hour: "2-digit", minute: "2-digit", second: fine ? "2-digit" : undefined, hourCycle: "h23" });
}

function rate(box) {
  const channels = JSON.parse(box.dataset.series);
  const begin = Date.parse(box.dataset.begin) / 1000;
  const step = Number(box.dataset.step);
  const xs = channels[0].counts.map((_, index) => begin + index * step);
  const flagged = channels.map((one) => one.flagged).reduce(sum);
  const series = channels.map((one, index) => line(`#${one.channel}`, `--c-series-${(index % 4) + 1}`, DASHES[index % 4]));
  series.push({ ...bars(box.dataset.wordFlagged, "--c-attack"), });
  return { data: [xs, ...channels.map((one) => one.counts), flagged], series, hooks: {} };
}

function timeline(box) {
  const t = JSON.parse(box.dataset.timeline);
  const begin = Date.parse(t.begin) / 1000;
  const xs = t.attack.map((_, index) => begin + index * t.step_s);
  const marks = [[t.raid_begin, box.dataset.wordBegin], [t.detected_at, box.dataset.wordDetected]].filter(([at]) => at);
  return {
    data: [xs, t.attack, t.others],
    series: [bars(box.dataset.wordAttack, "--c-attack"), line(box.dataset.wordOthers, "--c-series-1", [])],
    hooks: { draw: [(chart) => drawMarks(chart, marks)] },
  };
}

function line(label, color, dash) {
  return { label, stroke: token(color), width: 1.75, dash, points: { show: false }, token: color };
}

function bars(label, color) {
  return { label, stroke: token(color), fill: token(color), width: 0, points: { show: false }, bar: true, paths: uPlot.paths.bars({ size: [0.7, 24], align: 1 }), token: color };
}

function drawMarks(chart, marks) {
  const { ctx } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = token("--c-ink-2");
  ctx.fillStyle = token("--c-ink-2");
  ctx.font = `${12 * ratio}px Next, sans-serif`;
  ctx.setLineDash([4 * ratio, 3 * ratio]);
  marks.forEach(([at, word], index) => {
    const x = Math.round(chart.valToPos(Date.parse(at) / 1000, "x", true));
    ctx.beginPath();
    ctx.moveTo(x, chart.bbox.top);
    ctx.lineTo(x, chart.bbox.top + chart.bbox.height);
    ctx.stroke();
    const wide = ctx.measureText(word).width;
    const left = index === 0 || x + wide + 8 > chart.bbox.left + chart.bbox.width;
    ctx.textAlign = left ? "right" : "left";
    const row = left && index > 0 ? 26 : 11;
    ctx.fillText(word, x + (left ? -5 : 5) * ratio, chart.bbox.top + row * ratio);
  });
  ctx.restore();
}

function legend(box, series) {
  const list = box.parentElement.querySelector("[data-legend]");
  if (!list) return;
  list.replaceChildren(...series.map((one) => {
    const item = document.createElement("li");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const mark = document.createElementNS(svg.namespaceURI, one.bar ? "rect" : "line");
    const shape = one.bar ? { width: 7, height: 8, x: 5, fill: one.stroke }
      : { x1: 0, x2: 18, y1: 4, y2: 4, stroke: one.stroke, "stroke-width": 2, "stroke-dasharray": one.dash.join(" ") };
    for (const [name, value] of Object.entries(shape)) mark.setAttribute(name, value);
    svg.setAttribute("aria-hidden", "true");
    svg.append(mark);
    item.append(svg, one.label);
    return item;
  }));
}
