import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import { timePasses } from "./clock";
import { claims, open, opens } from "./market";
import { fits } from "./measure";
import { mark } from "./people";
import { type Said, expect, refusedPage, test } from "./watched";

// One purchase by the lowest price, told in order: each part stands on the one before.
test.describe.configure({ mode: "serial" });

const title = `厂区节能报告编制${mark}`;
const item = "ZJ0005"; // asks for no qualification
const buyer = `buyer-${mark}`;
const bidders = [
  { login: `bidder-a-${mark}`, quote: "90000" },
  { login: `bidder-b-${mark}`, quote: "85000" },
  { login: `bidder-c-${mark}`, quote: "95000" },
] as const;
const [loser, winner] = bidders;

interface Published {
  chain_hash: string;
  rounds: { round: number; randomness: string; signature: string }[];
}
const drand = JSON.parse(readFileSync(join(import.meta.dirname, "../../internal/draw/testdata/drand-quicknet.json"), "utf8")) as Published;
/** When drand quicknet published its round 1000. */
const roundAt = "to_timestamp(1692803367 + 999 * 3)";

/** Of the procurement: its id, known once it is published. */
let id = "";

/** Some days from today at an hour in Shanghai, as a form's field takes it. */
function inDays(days: number, hour: string): string {
  return `${new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)}T${hour}`;
}

test.beforeAll(() => {
  timePasses(opens(buyer, "purchaser_admin", "SELECT org_id AS id FROM role_grant g JOIN person p ON p.id = g.person_id WHERE p.login = 'demo-works'"));
  for (const { login } of bidders)
    timePasses(
      claims(
        login,
        `SELECT a.* FROM agency a JOIN agency_item ai ON ai.agency_id = a.id JOIN service_item i ON i.id = ai.item_id
          WHERE i.code = '${item}' AND a.demo AND a.state = 'admitted' AND a.organisation_id IS NULL ORDER BY a.id LIMIT 1`,
      ),
    );
});

test("a purchaser writes a notice and submits it", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const page = await open(browser, buyer, said);
  await page.goto("/workspace/procurements");
  await fits(page);
  await page.getByRole("button", { name: "填写公告" }).click();
  await page.waitForURL(/\/submissions\//);
  const pick = async (group: string | RegExp, name: string): Promise<void> => {
    await page.getByRole("group", { name: group }).getByRole("radio", { name, exact: true }).check();
  };
  const fill = async (label: string | RegExp, words: string): Promise<void> => {
    await page.getByLabel(label, { exact: true }).fill(words);
  };
  const items = page.getByRole("group", { name: "中介服务事项", exact: true });
  await items.getByLabel("查找事项").fill(item);
  await items.getByRole("list", { name: "找到的事项" }).getByRole("button").first().click();
  await fill("项目名称", title);
  await page.getByLabel("项目所在区划").selectOption("140802");
  await pick("资金来源", "自有资金");
  await fill("联系人", "郑业主");
  await fill("联系电话", "0359-2660001");
  await fill("投诉电话", "0359-2660002");
  await fill("服务内容和规模", "编制年综合能源消费量 1200 吨标准煤的厂区节能报告。");
  await fill("应交付的成果", "节能报告一式五份及电子版。");
  await fill("承诺时限上限（工作日）", "30");
  await fill("交付方式", "送达项目业主");
  await fill("付款条件", "成果通过后 30 日内付清");
  await pick("报价方式", "报总价");
  await fill(/^最高限价/, "100000");
  await page.getByRole("combobox", { name: "选取方式", exact: true }).selectOption({ label: "竞价选取" });
  await fill("报名截止", inDays(20, "09:00"));
  await fill("选取时间", inDays(20, "10:00"));
  await pick("抽取用的熵源", "drand 公共随机信标");
  await pick("备用熵源", "公开彩票开奖结果");
  await fill("备用熵源：彩票名称", "双色球");
  await fill("备用熵源：期号", "2027001");
  await fill("备用熵源：开奖日期", inDays(22, "").slice(0, 10));
  await fill("多少小时没有取得就改用备用熵源", "24");
  await pick("抽取算法", "SHA-256");
  await expect(page.locator(".submission-aside .save-line")).toHaveText(/^已保存 \d\d:\d\d$/, { timeout: 15_000 });
  await fits(page);
  await page.getByRole("button", { name: "提交审核" }).click();
  await expect(page.getByText(/已提交，等待审核。/)).toBeVisible();
});

test("an operator accepts it, and it is published", async ({ browser, said }) => {
  const page = await open(browser, "operator", said);
  await page.goto("/workspace/submissions?view=queue");
  await page.getByRole("link", { name: title }).first().click();
  await page.getByRole("button", { name: "通过", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "通过", exact: true }).click();
  await expect(page.locator(".submission-head .ant-tag").first()).toHaveText("已发布");

  const seen = await open(browser, buyer, said);
  await seen.goto("/workspace/procurements");
  await seen.getByRole("link", { name: title }).click();
  await expect(seen.getByRole("heading", { level: 1 })).toHaveText(title);
  id = /\/procurements\/([0-9a-f-]{36})$/.exec(seen.url())?.[1] ?? "";
  expect(id).not.toBe("");
  await fits(seen);
});

test("three agencies bid, and each gets a receipt", async ({ browser, said }) => {
  test.setTimeout(180_000);
  said.allow(refusedPage); // one's own receipt is asked for, and is not there before the first bid
  for (const { login, quote } of bidders) {
    const page = await open(browser, login, said);
    await page.goto("/workspace/procurements?view=open");
    await page.getByRole("link", { name: title }).click();
    await page.getByLabel("报价（元）").fill(quote);
    await page.getByLabel("承诺时限（工作日）").fill("20");
    if (login === loser.login) await fits(page);
    await page.getByRole("button", { name: "密封并提交" }).click();
    await expect(page.locator(".receipt")).toContainText(/平台已于 .+ 收到（第 1 次）/);
    await expect(page.locator(".receipt code")).toHaveText(/^[0-9a-f]{64}$/);
    if (login === loser.login) await fits(page);
    await page.close();
  }
});

test("before the opening nobody reads a count, a name or a quote", async ({ page, browser, said }) => {
  const names = await namesOf(browser, said);
  await page.goto(`/procurements/${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  const buyers = await open(browser, buyer, said);
  await buyers.goto(`/workspace/procurements/${id}`);
  await expect(buyers.getByRole("heading", { level: 1 })).toHaveText(title);
  for (const place of [page, buyers]) {
    const text = await place.locator("main").innerText();
    for (const secret of [...names, "90,000", "85,000", "95,000", "3 家"]) expect(text).not.toContain(secret);
  }
  for (const address of [`/api/v1/procurements/${id}`, `/api/v1/my/procurements/${id}`]) {
    const text = await (await buyers.request.get(address)).text();
    for (const secret of [...names, "9000000", "8500000", "9500000"]) expect(text, address).not.toContain(secret);
  }
});

test("the time comes: the draw is made and everybody reads why", async ({ page, browser, said }) => {
  test.setTimeout(120_000);
  const [round] = drand.rounds;
  expect(round?.round).toBe(1000);
  timePasses(`INSERT INTO drand_round (chain, round, randomness, signature)
      VALUES ('${drand.chain_hash}', 1000, '${round?.randomness ?? ""}', '${round?.signature ?? ""}') ON CONFLICT DO NOTHING;
    UPDATE procurement SET published_at = ${roundAt} - interval '3 days', deadline = ${roundAt} - interval '1 minute',
      selection_at = ${roundAt} - interval '1 second', terms = jsonb_set(terms, '{source,round}', '1000'), wake_at = NULL WHERE id = '${id}';`);
  await expect
    .poll(async () => ((await (await page.request.get(`/api/v1/procurements/${id}`)).json()) as { state: string }).state, { timeout: 60_000 })
    .toBe("publicity");

  const [, won = ""] = await namesOf(browser, said);
  await page.goto(`/procurements/${id}`);
  const main = page.locator("main");
  await expect(main).toContainText(won);
  await expect(main).toContainText("85,000.00");
  await expect(main).toContainText("90,000.00");
  await expect(main).toContainText("95,000.00");
  await expect(async () => {
    await page.reload();
    await expect(main.getByRole("link", { name: /^日志 \d+$/ })).toHaveCount(4, { timeout: 1_000 });
  }, "发布、开标、抽取、结果都有日志编号").toPass({ timeout: 40_000 });
  await fits(page);
});

test("the selection is computed anew, step by step, and all that the moved clock leaves true holds", async ({ page }) => {
  await page.goto(`/procurements/${id}/verify`);
  await expect(page.locator(".verify-summary")).toHaveText(/^核对相符：13 步/, { timeout: 30_000 });
  await expect(page.locator(".verify-steps > li[data-status=ok]")).toHaveCount(13);
  // The pool was frozen today, after a round of 2023: the page must not vouch for that order.
  await expect(page.locator(".verify-steps > li:not([data-status=ok])")).toHaveText([/先后次序/]);
  await fits(page);
});

test("each bidder reads in the workspace where he stands", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const [, won = ""] = await namesOf(browser, said);
  for (const [who, rank] of [[loser, 2], [winner, 1]] as const) {
    const page = await open(browser, who.login, said);
    await page.goto("/workspace/procurements?view=bids");
    await page.getByRole("link", { name: title }).click();
    const standing = page.getByRole("region", { name: "本机构的结果" });
    await expect(standing).toContainText(`共 3 家`);
    await expect(standing).toContainText(`报价由低到高第 ${rank}`);
    await expect(standing).toContainText(`中选：${won}`);
    await fits(page);
    await page.close();
  }
});

/** Every list of the workspace's procurements, by who has it. */
const views: Record<string, string[]> = { [buyer]: ["purchaser"], [loser.login]: ["open", "bids"], expert: ["panel"], operator: ["operator"] };

for (const [login, list] of Object.entries(views)) {
  test(`the procurements of ${login.replace(`-${mark}`, "")} hold at both widths`, async ({ browser, said }) => {
    test.setTimeout(120_000);
    const page = await open(browser, login, said);
    for (const view of list) {
      await page.goto(`/workspace/procurements?view=${view}`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("采购");
      await fits(page);
    }
    if (login === buyer || login === "operator") {
      await page.goto(`/workspace/procurements/${id}`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
      await fits(page);
    }
  });
}

/** The three bidders' names, in the order of `bidders`. */
async function namesOf(browser: Browser, said: Said): Promise<string[]> {
  const names: string[] = [];
  for (const { login } of bidders) {
    const page = await open(browser, login, said);
    const me = (await (await page.request.get("/api/v1/me")).json()) as { roles: { organisation?: { name: string } }[] };
    names.push(me.roles[0]?.organisation?.name ?? "");
    await page.context().close();
  }
  expect(new Set(names).size).toBe(3);
  return names;
}
