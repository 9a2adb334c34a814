/**
 * What Chainlit's page and our elements share, as `window.coach`.
 *
 * Chainlit evaluates every element on its own and lets none import another, so this module is loaded
 * once per page and everything common lives here.
 */

import { keepAddress } from "./address.js";
import { watchAlerts } from "./alerts.js";
import * as charts from "./charts.js";
import { watchPictures } from "./dropped.js";
import * as format from "./format.js";
import { useReveal, watchFigures } from "./highlight.js";
import { watchKeys } from "./keys.js";
import * as ladder from "./ladder.js";
import { useMemory } from "./memory.js";
import { useLevels, useMarketClock, useTick, useTicks } from "./moving.js";
import { watchNotifications } from "./notifications.js";
import { parts } from "./parts.js";
import { plot } from "./plot.js";
import { watchTold } from "./told.js";
import { watchWelcome } from "./welcome.js";

window.coach = { charts, format, ladder, parts, plot, useLevels, useMarketClock, useMemory, useReveal, useTick, useTicks };

keepAddress();
watchAlerts();
watchFigures();
watchKeys();
watchNotifications();
watchPictures();
watchTold();
watchWelcome();
