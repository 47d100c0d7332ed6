const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long, as a person counts it: the two largest units, never more. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / minute)) * minute;
  const days = Math.floor(whole / day);
  const hours = Math.floor((whole % day) / hour);
  const minutes = Math.floor((whole % hour) / minute);
  if (days > 0) return hours > 0 ? `${days} 天 ${hours} 小时` : `${days} 天`;
  if (hours > 0) return minutes > 0 ? `${hours} 小时 ${minutes} 分` : `${hours} 小时`;
  return minutes > 0 ? `${minutes} 分钟` : "不到 1 分钟";
}

export interface Remaining {
  words: string;
  /** over: too late; soon: less than half a working day; calm: the rest. */
  urgency: "over" | "soon" | "calm";
}

const soon = 4 * hour;

/** 还剩 1 天 4 小时, or 超期 3 小时. */
export function remaining(until: number, now: number): Remaining {
  const left = until - now;
  if (left <= 0) return { words: joined("超期", duration(-left)), urgency: "over" };
  return { words: joined("还剩", duration(left)), urgency: left < soon ? "soon" : "calm" };
}

/** A space stands between a word and a figure, not between two words. */
function joined(word: string, length: string): string {
  return /^\d/.test(length) ? `${word} ${length}` : word + length;
}
