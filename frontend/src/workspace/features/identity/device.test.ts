import { expect, it } from "vitest";
import { deviceWords } from "./device";

it.each([
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0", "Windows 上的 Edge"],
  ["Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0", "安卓 上的 微信"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1", "iPhone 或 iPad 上的 Safari"],
  ["curl/8.5.0", "其他程序"],
  ["", "其他程序"],
])("%s", (agent, words) => {
  expect(deviceWords(agent)).toBe(words);
});
