import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, toHex, utf8 } from "./bytes";
import { canonical } from "./canonical";
import { checkNumbering, draw, hashOf, keyOf, poolHash, sourcesOf } from "./draw";
import { chainHash, checkRound, firstAfter, publishedAt, seconds } from "./drand";
import { type Finding, Unchecked, check } from "./finding";
import { type DrandValue, type Edition, type Evidence, type LotteryValue, type Outcome, type Reveal, type Table, evidence } from "./format";
import { type Line, checkReceipt, lineOf, member } from "./ledger";
import { type Computed, conclude } from "./methods";

const parties = ["purchaser", "supervisor", "platform"];

const purposes = { winner: "中选与候补", order: "并列次序", base: "基准价系数", tickets: "按签抽取", panel: "评审专家" };

/** SHA-256 of the file in canonical JSON without its members digest and receipts. */
export function digestOf(file: object): string {
  const kept = Object.entries(file).filter(([name]) => name !== "digest" && name !== "receipts");
  return toHex(sha256(utf8(canonical(Object.fromEntries(kept)))));
}

/**
 * Recomputes an evidence file, one step at a time. Nothing is asked of the server, and no
 * code of the server's is used. logKey is the public log's key; "" leaves signatures
 * unchecked.
 */
export function* verifyDraw(file: string, logKey: string): Generator<Finding, void> {
  let raw: unknown;
  let e: Evidence | undefined;
  const format = check("文件格式", () => {
    raw = JSON.parse(file);
    e = evidence(raw, "");
    return checkFormat(e);
  });
  yield format;
  if (!e || typeof raw !== "object" || raw === null) return;
  const it = e;
  const whole = raw;
  yield check("文件摘要", () => {
    const digest = digestOf(whole);
    if (digest !== it.digest) throw new Error(`由内容得出的摘要是 ${digest}，文件所载是 ${it.digest}：内容被改过`);
    return digest;
  });
  yield check("熵源", () => checkEntropy(it));
  yield check("先后次序", () => checkSequence(it));
  yield check("密钥串", () => {
    const key = keyOf(sourcesOf(it.entropy));
    if (key !== it.key) throw new Error(`由熵源得出的密钥串是 ${key}，文件所载是 ${it.key}`);
    return key;
  });
  yield check("抽取池编号", () => {
    checkNumbering(it.pool, it.procurement, it.purpose);
    return `${it.pool.length} 个编号的次序与摘要的次序相符`;
  });
  yield check("抽取池摘要", () => {
    const hash = poolHash(it.pool, it.procurement);
    if (hash !== it.poolHash) throw new Error(`由名单得出的摘要是 ${hash}，文件所载是 ${it.poolHash}`);
    return hash;
  });
  for (const t of it.draws) yield check(`抽取表：${purposes[t.purpose]}`, () => checkTable(it, t));
  if (it.purpose === "selection" || it.selection || it.outcome) yield check("选取结果", () => checkOutcome(it));
  yield* checkReceipts(it, logKey);
}

function checkFormat(e: Evidence): string {
  if (e.version !== 1) throw new Error(`文件格式是第 ${e.version} 版，这里只认第 1 版`);
  if (e.procurement === "" || e.number === "" || e.attempt < 1) throw new Error("缺少采购的标识、编号或抽取次数");
  if (e.pool.length === 0 || e.draws.length === 0) throw new Error("没有抽取池或抽取表");
  const struck = e.struck ?? [];
  struck.forEach((n, i) => {
    if (n < 1 || n > e.pool.length || n <= (struck[i - 1] ?? 0)) throw new Error(`剔除的编号 ${n} 不在抽取池中或次序不对`);
  });
  seconds(e.frozenAt);
  seconds(e.selectionAt);
  return `第 1 版，采购 ${e.number}，算法 ${e.algorithm}`;
}

function checkEntropy(e: Evidence): string {
  const { drand, lottery, commit } = e.entropy;
  if ([drand, lottery, commit].filter((v) => v !== undefined).length !== 1) throw new Error("应有且只有一种熵源的值");
  if (e.usedFallback === true && !e.fallback) throw new Error("用了备用熵源，公告却没有指定备用熵源");
  const edition = e.usedFallback === true && e.fallback ? e.fallback : e.named;
  const which = e.usedFallback === true ? "公告指定的备用熵源" : "公告指定的熵源";
  if (edition.kind === "drand" && drand) return `${which}：${checkDrand(e, edition, drand)}`;
  if (edition.kind === "lottery" && lottery) return `${which}：${checkLottery(e, edition, lottery)}`;
  if (edition.kind === "commit" && commit) return `${which}：${checkReveals(commit)}`;
  throw new Error(`${which}是 ${edition.kind}，文件给出的是另一种`);
}

function checkDrand(e: Evidence, edition: Edition, v: DrandValue): string {
  if (v.chain !== edition.chain) throw new Error(`信标链是 ${v.chain}，公告指定的是 ${edition.chain ?? "另一条"}`);
  if (v.period < 1) throw new Error("信标周期不可能");
  const hash = chainHash(v);
  if (hash !== v.chain) throw new Error(`由公钥、起点和周期得出的链摘要是 ${hash}，不是公告指定的 ${v.chain}`);
  if (edition.round !== undefined && edition.round !== v.round) throw new Error(`用的是第 ${v.round} 轮，公告指定的是第 ${edition.round} 轮`);
  const at = seconds(e.selectionAt);
  const first = firstAfter(v, at);
  // A fallback may wait until its hours are over; after a void draw the decision names a round ahead.
  const late = e.usedFallback === true && v.round === firstAfter(v, at + 3600 * (e.fallbackHours ?? 0));
  const decided = e.attempt > 1 && edition.round === v.round && v.round > first;
  if (v.round !== first && !late && !decided) throw new Error(`用的是第 ${v.round} 轮，选取时间之后的第一轮是第 ${first} 轮`);
  checkRound(v);
  return `drand 第 ${v.round} 轮，是选取时间之后公布的，签名有效`;
}

function checkLottery(e: Evidence, edition: Edition, v: LotteryValue): string {
  if (v.game !== edition.game || v.issue !== edition.issue || v.date !== edition.date) {
    throw new Error(`用的是 ${v.game} ${v.issue} 期（${v.date}），不是公告指定的一期`);
  }
  const day = seconds(`${v.date}T00:00:00+08:00`);
  if (day + 86400 < seconds(e.frozenAt)) throw new Error(`${v.date} 开奖时抽取池还没有固定`);
  if (v.numbers.length === 0 || v.numbers.some((n) => n < 0)) throw new Error("没有开奖号码");
  return `${v.game} ${v.issue} 期，号码 ${v.numbers.join(" ")}；请与公布的开奖结果核对`;
}

function checkReveals(reveals: Reveal[]): string {
  if (reveals.length !== parties.length) throw new Error(`应有 ${parties.length} 方的承诺，现有 ${reveals.length} 方`);
  reveals.forEach((r, i) => {
    if (r.party !== parties[i]) throw new Error(`第 ${i + 1} 方是 ${r.party}，应是 ${parties[i] ?? ""}`);
    const value = fromHex(r.value);
    if (value.length < 16) throw new Error(`${r.party} 揭示的值应是至少 16 字节`);
    if (toHex(sha256(value)) !== r.commitment) throw new Error(`${r.party} 揭示的值与事先的承诺不符`);
  });
  return "三方揭示的值都与事先的承诺相符";
}

function checkSequence(e: Evidence): string {
  const v = e.entropy.drand;
  if (v && seconds(e.frozenAt) >= publishedAt(v)) {
    throw new Unchecked(`抽取池固定于 ${e.frozenAt}，不早于该轮公布的时间，请核对名单是否在截止时已经确定`);
  }
  return v ? "抽取池在该轮信标公布之前固定" : `抽取池固定于 ${e.frozenAt}`;
}

function checkTable(e: Evidence, t: Table): string {
  if ((t.purpose === "panel") !== (e.purpose === "panel")) throw new Error("这个文件不应有这张表");
  if (t.purpose !== "base" && t.purpose !== "tickets" && t.pool !== e.pool.length) {
    throw new Error(`池有 ${t.pool} 个编号，名单有 ${e.pool.length} 个`);
  }
  const rows = draw(hashOf(e.algorithm), e.key, t.pool, t.picks.length);
  if (rows.length !== t.picks.length) throw new Error("抽取的次数多于池中的编号");
  rows.forEach((row, i) => {
    const given = t.picks[i];
    if (!given || canonical({ ...given, struck: false }) !== canonical({ ...row, struck: false })) {
      throw new Error(`第 ${i} 行应是：摘要 ${row.hash}，${row.remaining} 个中取余 ${row.remainder}，编号 ${row.number}`);
    }
  });
  const counted = t.picks.filter((p) => p.struck !== true);
  if (e.purpose === "panel") {
    const struck = new Set(e.struck ?? []);
    const want = e.picks + e.reserves;
    if (t.picks.some((p) => (p.struck === true) !== struck.has(p.number))) throw new Error("剔除的编号与文件所载的不符");
    const exhausted = t.picks.length === t.pool && counted.length <= want;
    if (t.picks[t.picks.length - 1]?.struck === true ? !exhausted : counted.length !== want && !exhausted) throw new Error("抽取的个数与文件所载的不符");
  }
  return `${rows.length} 行全部重算相符，抽出 ${counted.map((p) => p.number).join(" ")}`;
}

function checkOutcome(e: Evidence): string {
  if (!e.selection && !e.outcome && e.purpose === "selection") throw new Unchecked("文件只有抽取，还没有选取结果");
  if (!e.selection || !e.outcome || e.purpose === "panel") throw new Error("选取的依据和结果应当都有");
  if (e.selection.bids.length !== e.pool.length) throw new Error(`响应有 ${e.selection.bids.length} 家，抽取池有 ${e.pool.length} 家`);
  const struck = e.selection.bids.filter((b) => b.struck !== undefined).map((b) => b.number);
  if (canonical(struck.sort((a, b) => a - b)) !== canonical(e.struck ?? [])) throw new Error("取消资格的与抽取时剔除的不一致");
  const want = conclude(e.selection, e.algorithm, e.key);
  compareDraws(want.draws, e.draws);
  comparePlaces(want, e.outcome);
  if (want.failed) return `选取失败：${e.outcome.failure ?? ""}`;
  return `重算相符，中选的是 ${want.places[0]?.number ?? 0} 号`;
}

function compareDraws(want: Table[], given: Table[]): void {
  if (want.length !== given.length) throw new Error(`应有 ${want.length} 张抽取表，文件有 ${given.length} 张`);
  const plain = (t?: Table): string =>
    canonical({ ...t, tickets: t?.tickets ?? [], picks: t?.picks.map((p) => ({ ...p, struck: p.struck === true })) });
  want.forEach((t, i) => {
    if (plain(t) !== plain(given[i])) throw new Error(`抽取表“${purposes[t.purpose]}”与重算的不符`);
  });
}

function comparePlaces(want: Computed, given: Outcome): void {
  const places = given.places.map(({ number, result, place = 0, rank = 0 }) => ({ number, result, place, rank }));
  want.places.forEach((p, i) => {
    if (canonical(p) !== canonical(places[i])) throw new Error(`第 ${i + 1} 行应是 ${p.number} 号，名次 ${p.rank}，与文件所载的不符`);
  });
  if (places.length !== want.places.length) throw new Error(`应有 ${want.places.length} 家的结果，文件有 ${places.length} 家`);
  if (given.places.some((p) => p.reason === "")) throw new Error("有的结果没有理由");
  const steps = (given.steps ?? []).map(({ name, numbers = [], value = "" }) => ({ name, numbers, value }));
  if (canonical(steps) !== canonical(want.steps)) throw new Error("演算步骤与重算的不符");
  if (canonical(given.shortlist ?? []) !== canonical(want.shortlist)) throw new Error("入围名单与重算的不符");
  if (want.failed !== ((given.failure ?? "") !== "")) throw new Error("是否失败与重算的不符");
}

function* checkReceipts(e: Evidence, logKey: string): Generator<Finding, void> {
  const receipts = e.receipts ?? [];
  if (receipts.length === 0) {
    yield { step: "公共日志", status: "unchecked", text: "文件没有日志回执，只核对了计算，没有核对它是否就是当时公布的那一份" };
    return;
  }
  const lines: { line: Line; index: number }[] = [];
  for (const [i, r] of receipts.entries()) {
    yield check(`日志回执 ${i + 1}（第 ${r.index} 条）`, () => {
      const line = lineOf(r);
      if (line.subject !== "" && line.subject !== e.procurement) throw new Error("日志条目说的是另一个采购");
      lines.push({ line, index: r.index });
      return checkReceipt(r, logKey);
    });
  }
  // Of several lines the earliest tells when it was published.
  const at = (value: string, ...names: string[]): number => {
    const found = lines.filter(({ line }) => names.some((name) => member(line.body, name) === value)).map(({ index }) => index);
    return found.length === 0 ? -1 : Math.min(...found);
  };
  const pool = e.purpose === "panel" ? at(e.poolHash, "poolHash", "panelPoolHash") : at(e.poolHash, "poolHash");
  const file = at(e.digest, "evidence");
  yield check("公共日志：抽取池", () => {
    if (pool < 0) throw new Error("所附的日志条目里没有抽取池的摘要");
    if (file >= 0 && pool >= file) throw new Error("抽取池不是在抽取之前写入日志的");
    return `抽取池的摘要在第 ${pool} 条`;
  });
  yield check("公共日志：本文件", () => {
    if (file < 0) throw new Error("所附的日志条目里没有文件的摘要");
    return `文件的摘要在第 ${file} 条`;
  });
}
