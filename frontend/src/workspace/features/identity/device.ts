const browsers: readonly [RegExp, string][] = [
  [/MicroMessenger/, "微信"],
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const systems: readonly [RegExp, string][] = [
  [/HarmonyOS/, "鸿蒙"],
  [/Android/, "安卓"],
  [/iPhone|iPad/, "iPhone 或 iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "Mac"],
  [/Linux/, "Linux"],
];

/** What a client calls itself, as its owner would: Windows 上的 Edge. */
export function deviceWords(agent: string): string {
  const of = (all: readonly [RegExp, string][]): string | undefined => all.find(([sign]) => sign.test(agent))?.[1];
  const browser = of(browsers);
  const system = of(systems);
  if (browser !== undefined && system !== undefined) return `${system} 上的 ${browser}`;
  return browser ?? system ?? "其他程序";
}
