import { draw, hashOf } from "./draw";
import type { Algorithm, Bid, Input, Pick, Result, Table, Ticket } from "./format";
import { type Fraction, compareBig, halfUp, written } from "./fraction";

/** What became of a bid, without the words that tell it. */
export interface Standing {
  number: number;
  result: Result;
  place: number;
  rank: number;
}

export interface Working {
  name: string;
  numbers: number[];
  value: string;
}

export interface Computed {
  draws: Table[];
  places: Standing[];
  shortlist: number[];
  steps: Working[];
  failed: boolean;
}

/** Applies the method of selection (domain: seven methods, six of which draw) to its published inputs. */
export function conclude(input: Input, algorithm: Algorithm, key: string): Computed {
  return new Course(input, algorithm, key).run();
}

class Course {
  private readonly bids: Bid[];
  private readonly out: Computed = { draws: [], places: [], shortlist: [], steps: [], failed: false };
  private readonly gone = new Set<number>();
  private valid: number[];
  private turn = new Map<number, number>();

  constructor(
    private readonly input: Input,
    private readonly algorithm: Algorithm,
    private readonly key: string,
  ) {
    this.bids = [...input.bids].sort((a, b) => a.number - b.number);
    this.bids.forEach((b, i) => {
      if (b.number !== i + 1) throw new Error(`响应的编号应是 1 到 ${this.bids.length} 各一次`);
      // A score beyond any scale would have the tickets counted for years.
      if (b.creditTenths < 0 || b.creditTenths > 10000) throw new Error(`${b.number} 号的信用分不可能`);
      this.checkDiscount(b);
      if (b.struck !== undefined || !this.fits(b)) this.gone.add(b.number);
    });
    this.valid = this.bids.map((b) => b.number).filter((n) => !this.gone.has(n));
  }

  run(): Computed {
    const { input } = this;
    if (this.valid.length < Math.max(input.minimum ?? 0, 1)) return this.fail();
    if (input.method !== "direct") {
      if (this.key === "") throw new Error("没有密钥串");
      if (input.method !== "random") this.drawOrder();
    }
    switch (input.method) {
      case "random":
        return this.random();
      case "lowest_price":
        return this.lowest();
      case "reference_price":
        return this.reference();
      case "credit_weighted":
        return this.credit();
      case "proposal":
        return this.proposal();
      case "panel":
        return this.panel();
      case "direct":
        return this.direct();
    }
  }

  private get reserves(): number {
    return this.input.reserves ?? 0;
  }

  private bid(number: number): Bid {
    const found = this.bids[number - 1];
    if (!found) throw new Error(`没有 ${number} 号`);
    return found;
  }

  private quote(number: number): bigint {
    const { quoteFen } = this.bid(number);
    if (quoteFen === undefined) throw new Error(`${number} 号没有报价`);
    return BigInt(quoteFen);
  }

  /** Whether the bid could win apart from having been struck since. */
  private fits(b: Bid): boolean {
    const { method, mustQuote, floorFen = 0, ceilingFen = 0 } = this.input;
    if (b.quoteFen === undefined) return !(mustQuote === true || method === "lowest_price" || method === "reference_price");
    return b.quoteFen >= floorFen && (ceilingFen === 0 || b.quoteFen <= ceilingFen);
  }

  private checkDiscount(b: Bid): void {
    if (b.discountBp === undefined) return;
    const sum = halfUp({ n: BigInt(this.input.ceilingFen ?? 0) * BigInt(10000 - b.discountBp), d: 10000n });
    if (b.quoteFen === undefined || BigInt(b.quoteFen) !== sum) throw new Error(`${b.number} 号的报价应是下浮后的 ${sum} 分`);
  }

  private rows(pool: number, count: number): Pick[] {
    return draw(hashOf(this.algorithm), this.key, pool, count);
  }

  private drawOrder(): void {
    const picks = this.rows(this.bids.length, this.bids.length);
    this.out.draws.push({ purpose: "order", pool: this.bids.length, picks });
    this.turn = new Map(picks.map((p, i) => [p.number, i]));
  }

  private turnOf(number: number): number {
    return this.turn.get(number) ?? 0;
  }

  /** In order of worth, least first; equals by the draw. */
  private ranked(numbers: number[], worth: (n: number) => bigint): number[] {
    return [...numbers].sort((a, b) => compareBig(worth(a), worth(b)) || this.turnOf(a) - this.turnOf(b));
  }

  private step(name: string, numbers: number[] = [], value: bigint | string = ""): void {
    this.out.steps.push({ name, numbers, value: String(value) });
  }

  private fail(): Computed {
    this.out.failed = true;
    for (const number of this.valid) this.out.places.push({ number, result: "not_selected", place: 0, rank: 0 });
    return this.withGone();
  }

  private withGone(): Computed {
    for (const { number } of this.bids) {
      if (this.gone.has(number)) this.out.places.push({ number, result: "disqualified", place: 0, rank: 0 });
    }
    return this.out;
  }

  /** The first wins, the next stand in reserve; all that is valid beside them is not selected. */
  private finish(order: number[], everyoneRanked: boolean): Computed {
    if (order.length === 0) return this.fail();
    order.forEach((number, i) => {
      const result = i === 0 ? "selected" : i <= this.reserves ? "reserve" : "not_selected";
      const rank = everyoneRanked || i <= this.reserves ? i + 1 : 0;
      this.out.places.push({ number, result, place: result === "not_selected" ? 0 : i + 1, rank });
    });
    for (const number of this.valid) {
      if (!order.includes(number)) this.out.places.push({ number, result: "not_selected", place: 0, rank: 0 });
    }
    return this.withGone();
  }

  private random(): Computed {
    const picks: Pick[] = [];
    const drawn: number[] = [];
    for (const p of this.rows(this.bids.length, this.bids.length)) {
      if (drawn.length === 1 + this.reserves) break;
      if (this.gone.has(p.number)) {
        picks.push({ ...p, struck: true });
      } else {
        picks.push(p);
        drawn.push(p.number);
      }
    }
    this.out.draws.push({ purpose: "winner", pool: this.bids.length, picks });
    return this.finish(drawn, true);
  }

  private mean(numbers: number[]): Fraction {
    return { n: numbers.reduce((sum, n) => sum + this.quote(n), 0n), d: BigInt(numbers.length) };
  }

  private lowest(): Computed {
    const mean = this.mean(this.valid);
    const line: Fraction = { n: mean.n * BigInt(this.input.lowPercent ?? 0), d: mean.d * 100n };
    const low = this.valid.filter((n) => this.quote(n) * line.d < line.n);
    this.step("mean", this.valid, written(mean));
    this.step("low", low, written(line));
    for (const n of low) {
      if (this.bid(n).explanation !== "accepted") this.gone.add(n);
    }
    this.valid = this.valid.filter((n) => !this.gone.has(n));
    return this.finish(
      this.ranked(this.valid, (n) => this.quote(n)),
      true,
    );
  }

  /** Of the quotes that equal the first, the one drawn last: it is the one dropped. */
  private lastOfEqualFirst(ranked: number[]): number | undefined {
    const [first] = ranked;
    return first === undefined ? undefined : ranked.filter((n) => this.quote(n) === this.quote(first)).pop();
  }

  private reference(): Computed {
    const bases = this.input.bases ?? [];
    const picks = this.rows(bases.length, 1);
    this.out.draws.push({ purpose: "base", pool: bases.length, picks });
    const base = BigInt(bases[(picks[0]?.number ?? 0) - 1] ?? 0);

    let left = this.valid;
    if (left.length > 5) {
      const lowest = this.lastOfEqualFirst(this.ranked(left, (n) => this.quote(n)));
      const others = left.filter((n) => n !== lowest);
      const highest = this.lastOfEqualFirst(this.ranked(others, (n) => -this.quote(n)));
      if (lowest === undefined || highest === undefined) throw new Error("去不掉最高和最低报价");
      left = others.filter((n) => n !== highest);
      this.step("dropped", [highest, lowest]);
    }
    const mean = this.mean(left);
    this.step("mean", left, written(mean));
    this.step("base", [], base);
    const reference = halfUp({ n: mean.n * base, d: mean.d * 100n });
    this.step("reference", [], reference);
    const away = (n: number): bigint => {
      const d = this.quote(n) - reference;
      return d < 0n ? -d : d;
    };
    return this.finish(this.ranked(left, away), true);
  }

  private credit(): Computed {
    const { keep = 0, shortlist = 0 } = this.input;
    const all = this.bids.filter((b) => this.fits(b)).map((b) => b.number);
    const kept = this.ranked(all, (n) => BigInt(-this.bid(n).creditTenths)).slice(0, keep);
    this.step("kept", kept);
    const live = kept.filter((n) => !this.gone.has(n));
    if (live.length === 0) return this.fail();

    const { tickets, unit, total } = this.tickets(kept);
    this.step("tickets", [], String(unit));
    const want = Math.min(Math.max(shortlist, 1 + this.reserves), live.length);
    const enough = want === live.length ? want - 1 : want; // the last one left needs no draw
    const drawn: number[] = [];
    let picks: Pick[] = [];
    for (let count = 64; drawn.length < enough; count *= 4) {
      drawn.length = 0;
      picks = [];
      for (const p of this.rows(total, count)) {
        if (drawn.length === enough) break;
        const owner = tickets.find((t) => p.number <= t.last)?.number ?? 0;
        const skipped = !live.includes(owner) || drawn.includes(owner);
        picks.push(skipped ? { ...p, struck: true } : p);
        if (!skipped) drawn.push(owner);
      }
    }
    if (drawn.length < want) drawn.push(...live.filter((n) => !drawn.includes(n)));
    this.out.draws.push({ purpose: "tickets", pool: total, tickets, picks });
    this.out.shortlist = drawn.slice(0, shortlist);
    this.step("shortlist", this.out.shortlist);
    const chosen = this.chosen(this.out.shortlist);
    this.step("choice", [chosen]);
    return this.finish([chosen, ...drawn.filter((n) => n !== chosen)], false);
  }

  /** A ticket for every unit tenths of a point, one at least, laid out by number. */
  private tickets(kept: number[]): { tickets: Ticket[]; unit: number; total: number } {
    const numbers = [...kept].sort((a, b) => a - b);
    for (let unit = 1; ; unit++) {
      let total = 0;
      const tickets = numbers.map((number) => {
        const first = total + 1;
        total += Math.max(1, Math.floor(this.bid(number).creditTenths / unit));
        return { number, first, last: total };
      });
      if (total <= 65535) return { tickets, unit, total };
    }
  }

  private chosen(among: number[]): number {
    const { choice } = this.input;
    if (!choice) throw new Error("项目业主还没有选定");
    if (!among.includes(choice.number)) throw new Error(`选定的 ${choice.number} 号不在可选的各家之中`);
    if (choice.reason.trim() === "") throw new Error("选定的理由是空的");
    return choice.number;
  }

  private proposal(): Computed {
    const order = [this.chosen(this.valid)];
    const named = this.input.choice?.reserves ?? [];
    if (named.length > this.reserves) throw new Error(`候补最多 ${this.reserves} 家`);
    for (const n of named) {
      if (!this.valid.includes(n) || order.includes(n)) throw new Error(`候补 ${n} 号应是另一家有效响应`);
      order.push(n);
    }
    this.step("choice", order.slice(0, 1));
    return this.finish([...order, ...this.ranked(this.valid.filter((n) => !order.includes(n)), () => 0n)], false);
  }

  private panel(): Computed {
    const { experts = 0, priceWeight = 0, techWeight = 0, creditWeight = 0, scores = [] } = this.input;
    if (experts < 3 || experts % 2 === 0) throw new Error("评审专家应是 3 人以上的单数");
    if (priceWeight < 20 || priceWeight > 60 || priceWeight + techWeight + creditWeight !== 100) throw new Error("权重不符合规则");
    const total = new Map<number, bigint>();
    for (const n of this.valid) {
      const sheets = scores.filter((s) => s.number === n);
      if (sheets.length !== experts || new Set(sheets.map((s) => s.expert)).size !== experts) throw new Error(`${n} 号的评分不是每位专家一份`);
      total.set(
        n,
        sheets.reduce((sum, s) => sum + BigInt(priceWeight * s.price + techWeight * s.technical + creditWeight * s.credit), 0n),
      );
    }
    const points = (n: number): bigint => total.get(n) ?? 0n;
    for (const n of this.valid) this.step("score", [n], written({ n: points(n), d: BigInt(1000 * experts) }));
    return this.finish(
      this.ranked(this.valid, (n) => -points(n)),
      true,
    );
  }

  private direct(): Computed {
    const chosen = this.chosen(this.valid);
    this.step("choice", [chosen]);
    return this.finish([chosen], true);
  }
}
