// Times: the server writes UTC; here they become the reader's own, and durations go on counting.

const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const dated = new Intl.DateTimeFormat(document.documentElement.lang, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" });
const full = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: "medium", timeStyle: "short",
});

/** The same words as the server's `duration` filter. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) {
    const minutes = Math.floor(whole / 60);
    const rest = String(whole % 60).padStart(2, "0");
    return minutes >= 10 || rest === "00" ? `${minutes}\u00a0min` : `${minutes}\u00a0min\u00a0${rest}`;
  }
  const hours = Math.floor(whole / 3600);
  return `${hours}\u00a0h\u00a0${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}`;
}

/** `skew`: server time minus this machine's, in ms (the page says when it was drawn). */
let skew = 0;

export function setServerNow(iso) {
  if (iso) skew = Date.parse(iso) - Date.now();
}

export function serverNow() {
  return Date.now() + skew;
}

export function drawTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const how = time.dataset.time;
    // A clock alone would say of another day's message that it came today.
    const sameDay = new Date(at).toDateString() === new Date(serverNow()).toDateString();
    if (how === "clock") time.textContent = (sameDay ? clock : dated).format(at);
    else if (how === "day") time.textContent = day.format(at);
    else if (how === "full") time.textContent = full.format(at);
    else {
      const seconds = (how === "left" ? at - serverNow() : serverNow() - at) / 1000;
      if (seconds < 172800) time.textContent = duration(seconds);
    }
    if (how !== "day") time.title = full.format(at);
  }
}

export function startTimes() {
  drawTimes();
  setInterval(() => {
    if (!document.hidden) {
      for (const time of document.querySelectorAll('time[data-time="since"], time[data-time="left"]')) {
        const at = Date.parse(time.dateTime);
        const seconds = (time.dataset.time === "left" ? at - serverNow() : serverNow() - at) / 1000;
        if (seconds < 172800) time.textContent = duration(seconds);
      }
    }
  }, 1000);
}
