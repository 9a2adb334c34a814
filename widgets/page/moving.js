/**
 * Which cards may move with the market, and what they show while they do.
 *
 * Decided: a card follows the price for an hour after the moment it answers for. Then its levels and
 * statistics have aged, and a fresh price beside them would pretend otherwise: it stands still and
 * says since when. A card asked for as of a past moment never moves.
 */

import * as live from "./live.js";

const FOLLOWED_SECONDS = 3600;
const CLOCK_SLACK_SECONDS = 60;

/** `tick` if a card of this freshness may show it, else null. */
export function usable(tick, freshness) {
  if (!tick || freshness.is_frozen) return null;
  const age = tick.time - Date.parse(freshness.asked_at ?? freshness.as_of) / 1000;
  return age >= -CLOCK_SLACK_SECONDS && age < FOLLOWED_SECONDS ? tick : null;
}

/** The live tick of `symbol`, or null while the card shows what it was made with. */
export function useTick(React, symbol, freshness) {
  const [tick, setTick] = React.useState(() => usable(live.lastTick(symbol), freshness));
  React.useEffect(() => {
    if (freshness.is_frozen) return undefined;
    const stop = live.subscribe(symbol, (next) => {
      if (usable(next, freshness)) setTick(next);
      else queueMicrotask(() => stop());
    });
    return stop;
  }, [symbol]);
  return tick;
}

/** The live ticks of several symbols, by symbol; what stands still has none. */
export function useTicks(React, symbols, freshness) {
  const held = () => symbols.map((symbol) => [symbol, usable(live.lastTick(symbol), freshness)]);
  const [ticks, setTicks] = React.useState(() => Object.fromEntries(held().filter(([, tick]) => tick)));
  React.useEffect(() => {
    if (freshness.is_frozen) return undefined;
    const stops = symbols.map((symbol) =>
      live.subscribe(symbol, (next) => {
        if (usable(next, freshness)) setTicks((before) => ({ ...before, [symbol]: next }));
      }),
    );
    return () => stops.forEach((stop) => stop());
  }, [symbols.join(" ")]);
  return ticks;
}

/** The socket's status, as `live.currentStatus` names it. */
export function useStatus(React) {
  const [status, setStatus] = React.useState(live.currentStatus);
  React.useEffect(() => live.onStatus(setStatus), []);
  return status;
}

/** Whether new prices can come at all, as `live.onFeed` tells. */
export function useFeed(React) {
  const [feed, setFeed] = React.useState({ feed: "live", since: null });
  React.useEffect(() => live.onFeed(setFeed), []);
  return feed;
}

/** The levels of `symbol` as they are now, by name, or null while the card shows its own. */
export function useLevels(React, symbol, freshness, isFollowed) {
  const [levels, setLevels] = React.useState(null);
  React.useEffect(() => {
    if (freshness.is_frozen || !isFollowed) return undefined;
    return live.subscribeLevels(symbol, (message) => {
      setLevels(usable({ time: message.as_of }, freshness) ? message.levels : null);
    });
  }, [symbol, isFollowed]);
  return levels;
}

/** The market's present in Unix seconds, told every second; null for a card that stands still. */
export function useMarketClock(React, freshness) {
  const present = () => {
    const now = live.now();
    return now !== null && usable({ time: now }, freshness) ? now : null;
  };
  const [now, setNow] = React.useState(present);
  React.useEffect(() => {
    if (freshness.is_frozen) return undefined;
    const stop = live.keepClock();
    const timer = setInterval(() => setNow(present()), 1000);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
  return now;
}
