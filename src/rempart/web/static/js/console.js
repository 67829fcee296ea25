// What every console page starts.

import { startActs } from "./acts.js";
import { startCare } from "./care.js";
import { startCharts } from "./charts.js";
import { startChat } from "./chat.js";
import { startDesk } from "./desk.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startNotices } from "./notices.js";
import { startTabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { setServerNow, startTimes } from "./times.js";

document.documentElement.dataset.js = "";
setServerNow(document.querySelector("main")?.dataset.now);
startTimes();
startTheme();
startTabs();
startKeys();
startActs();
startNotices();
startCare();
startChat();
startLive();
startDesk();
document.fonts.ready.then(startCharts);
