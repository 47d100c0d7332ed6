import { describe, expect, it } from "vitest";
import { meanOf, missing, type Dimension } from "./evaluations";

const dimensions: Dimension[] = [
  { key: "quality", label: "质量", help: "", weight: 30 },
  { key: "timeliness", label: "时效", help: "", weight: 25 },
  { key: "fee", label: "收费", help: "", weight: 15 },
  { key: "conduct", label: "规范", help: "", weight: 15 },
  { key: "attitude", label: "态度", help: "", weight: 15 },
];
const all = (n: number): Record<string, number> => Object.fromEntries(dimensions.map((d) => [d.key, n]));

describe("missing", () => {
  it("asks for every star, and for the reason of few", () => {
    expect(missing(dimensions, {}, {}, 10)).toHaveLength(5);
    expect(missing(dimensions, all(3), {}, 10)).toEqual([]);
    expect(missing(dimensions, { ...all(5), fee: 2 }, { fee: "另外收费" }, 10)).toEqual(["写“收费”低于 3 星的理由（10 个字以上）"]);
    expect(missing(dimensions, { ...all(5), fee: 2 }, { fee: "另外收了打印费和交通费" }, 10)).toEqual([]);
  });
  it("does not count spaces, and counts characters as people do", () => {
    expect(missing(dimensions, { ...all(5), fee: 1 }, { fee: "          " }, 10)).toHaveLength(1);
    expect(missing(dimensions, { ...all(5), fee: 1 }, { fee: "𠮷".repeat(9) }, 10)).toHaveLength(1);
  });
});

describe("meanOf", () => {
  it("weighs the dimensions", () => {
    expect(meanOf(dimensions, all(4))).toBe("4.00");
    expect(meanOf(dimensions, { ...all(5), quality: 1 })).toBe("3.80");
    expect(meanOf(dimensions, { ...all(5), timeliness: 4 })).toBe("4.75");
    expect(meanOf(dimensions, { quality: 5 })).toBeUndefined();
  });
});
