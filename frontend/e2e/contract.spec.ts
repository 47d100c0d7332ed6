import type { Browser, Locator, Page } from "@playwright/test";
import { timePasses } from "./clock";
import { appoints, claims, open, opens } from "./market";
import { fits } from "./measure";
import { mark, pdf, totp } from "./people";
import { type Said, expect, test } from "./watched";

// What was promised and what was done, from an award to the grade it changes: each part
// stands on the one before.
test.describe.configure({ mode: "serial" });

const title = "盐湖区示例输水管线压覆矿产资源评估"; // an award of the sample market without a contract
const buyer = `works-${mark}`;
const firm = `rock-${mark}`;
const officer = `resources-${mark}`;
const award = `SELECT w.* FROM award w JOIN procurement p ON p.id = w.procurement_id WHERE p.title = '${title}' AND w.refused_at IS NULL`;
const won = `SELECT b.agency_id FROM (${award}) w JOIN bid b ON b.id = w.bid_id`;

interface Rating {
  agencyId: string;
  tenths: number;
  grade: string;
  new: boolean;
  parts: { tenths: number }[];
  evaluations: unknown[];
}

/** Signed in with a second factor: cookies of each, and the codes of his authenticator. */
const kept = new Map<string, { state: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>; secret: string; codes: string[] }>();
let procurement = "";
let agency = "";
let contract = "";

/** The page of the contract, as a party to it or the officer has it. */
async function at(browser: Browser, login: string, said: Said): Promise<Page> {
  const who = kept.get(login);
  if (who === undefined) {
    const page = await open(browser, login, said);
    await page.goto(`/workspace/contracts/${contract}`);
    return page;
  }
  const page = await (await browser.newContext({ storageState: who.state })).newPage();
  page.setDefaultTimeout(10_000);
  await said.watch(page);
  await page.goto(`/workspace/contracts/${contract}`);
  return page;
}

async function ratingOf(page: Page): Promise<Rating> {
  return (await (await page.request.get(`/api/v1/agencies/${agency}/credit`)).json()) as Rating;
}

async function attach(form: Locator): Promise<void> {
  await form.locator("input[type=file]").setInputFiles(pdf);
  await expect(form.getByRole("link", { name: pdf.name })).toBeVisible();
}

function card(page: Page, name: string): Locator {
  return page.getByRole("region", { name, exact: true });
}

async function stars(form: Locator, given: Record<string, number>): Promise<void> {
  for (const [dimension, n] of Object.entries(given))
    await form.getByRole("group", { name: new RegExp(`^${dimension}`) }).getByRole("radio", { name: new RegExp(`^${n} 星`) }).check({ force: true });
}

test.beforeAll(async ({ playwright }) => {
  // Two evaluations of five stars by others and what the platform measured: A for being new, whatever the score.
  timePasses(`${claims(firm, `SELECT * FROM agency WHERE id = (${won})`)}
    ${opens(buyer, "purchaser_admin", `SELECT org_id AS id FROM procurement WHERE title = '${title}'`)}
    ${appoints(officer, "department_officer", "自然资源")}
    UPDATE agency SET demo = false WHERE id = (${won}); -- what is invented is not in the public log
    DELETE FROM credit_change WHERE agency_id = (${won});
    DELETE FROM credit_evaluation WHERE agency_id = (${won});
    DELETE FROM credit_fact WHERE agency_id = (${won});
    DELETE FROM credit_record WHERE agency_id = (${won});
    INSERT INTO credit_evaluation (id, agency_id, org_id, quality, timeliness, fee, conduct, attitude, evaluated_at, demo)
      SELECT gen_random_uuid(), (${won}), o.id, 5, 5, 5, 5, 5, now() - interval '60 days', true FROM organisation o
      WHERE o.kind = 'enterprise' AND o.id NOT IN (SELECT org_id FROM procurement WHERE title = '${title}') ORDER BY o.id LIMIT 2;
    INSERT INTO credit_fact (id, agency_id, kind, kept, measured_at, demo)
      SELECT gen_random_uuid(), (${won}), k, true, now() - interval '60 days', true
      FROM unnest(ARRAY['on_time', 'first_pass', 'price_kept', 'answered']) k, generate_series(1, 15);
    UPDATE credit_standing SET turns_at = now() WHERE agency_id = (${won});`);
  const visitor = await playwright.request.newContext({ baseURL: process.env.ZJCS_E2E_URL ?? "" });
  const { items } = (await (await visitor.get(`/api/v1/procurements?q=${encodeURIComponent(title)}`)).json()) as { items: { id: string }[] };
  expect(items).toHaveLength(1);
  procurement = items[0]?.id ?? "";
  await visitor.dispose();
});

test("both sides set up a second factor, and the purchaser drafts the contract from the award", async ({ browser, said }) => {
  test.setTimeout(120_000);
  for (const login of [buyer, firm]) {
    const page = await open(browser, login, said);
    const { secret } = (await (await page.request.post("/api/v1/me/totp")).json()) as { secret: string };
    const { recoveryCodes } = (await (await page.request.put("/api/v1/me/totp", { data: { code: totp(secret) } })).json()) as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    kept.set(login, { state: await page.context().storageState(), secret, codes: recoveryCodes });
    if (login === firm) {
      const me = (await (await page.request.get("/api/v1/me")).json()) as { roles: { organisation?: { uscc?: string } }[] };
      agency = me.roles[0]?.organisation?.uscc ?? "";
      await expect.poll(async () => (await ratingOf(page)).evaluations.length).toBe(2);
      const before = await ratingOf(page);
      agency = before.agencyId;
      expect(before).toMatchObject({ grade: "A", new: true });
      expect(before.tenths).toBeGreaterThan(1000);
    } else {
      await page.goto(`/workspace/procurements/${procurement}`);
      await page.getByRole("button", { name: "起草或打开合同" }).click();
      await page.waitForURL(/\/contracts\/[0-9a-f-]{36}$/);
      contract = /[0-9a-f-]{36}$/.exec(page.url())?.[0] ?? "";
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
      await fits(page);
    }
    await page.close();
  }
});

test("the draft is edited, and both confirm the same version, each with a second factor", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const page = await at(browser, buyer, said);
  const terms = card(page, "约定了什么？");
  await terms.getByRole("button", { name: "修改草稿" }).click();
  await terms.getByLabel(/^另外约定的条款/).fill("成果文件一式四份，项目资料由中介机构保密。");
  await fits(page);
  await terms.getByRole("button", { name: "保存" }).click();
  await expect(terms.getByText("合同全文（第 2 版）")).toBeVisible();

  const theirs = await at(browser, firm, said);
  await theirs.getByRole("button", { name: "确认这一版" }).click();
  const dialog = theirs.getByRole("dialog");
  await expect(dialog).toContainText("您代表本单位确认第 2 版");
  await fits(theirs);
  await dialog.getByLabel("6 位验证码").fill(totp(kept.get(firm)?.secret ?? "", Date.now() + 30_000)); // the last number opened the factor
  await dialog.getByRole("button", { name: "确认", exact: true }).click();
  await expect(card(theirs, "约定了什么？").locator(".sides")).toContainText("已确认");

  await page.reload();
  await page.getByRole("button", { name: "确认并签订" }).click();
  await page.getByRole("button", { name: "手机不在身边，用恢复码" }).click();
  await page.getByRole("dialog").getByLabel("恢复码").fill(kept.get(buyer)?.codes[0] ?? "");
  await page.getByRole("dialog").getByRole("button", { name: "签订", exact: true }).click();
  await expect(page.locator("#now")).toContainText("已签订");

  await attach(terms);
  await terms.getByRole("button", { name: "备案", exact: true }).click();
  await expect(page.locator("#now")).toContainText("履行中");
  await expect(terms.getByRole("heading", { name: "备案的合同文本" })).toBeVisible();
  await fits(page);
});

test("the agency proposes that the clock stop, and the purchaser confirms", async ({ browser, said }) => {
  const theirs = await at(browser, firm, said);
  const clock = card(theirs, "时限用了多少？");
  await clock.getByRole("button", { name: "提出停计" }).click();
  await clock.getByLabel("原因").selectOption({ label: "项目业主资料迟交" });
  await clock.getByLabel("理由").fill("管线坐标成果尚未提供，不能核对矿区范围");
  await fits(theirs);
  await clock.getByRole("button", { name: "提出停计" }).click();
  await expect(clock.getByText("等项目业主确认")).toBeVisible();

  const page = await at(browser, buyer, said);
  await expect(page.locator("section", { has: page.locator("#now") })).toContainText("答复停计");
  await card(page, "时限用了多少？").getByRole("button", { name: "确认停计" }).click();
  await expect(card(page, "时限用了多少？")).toContainText("现在停计");
});

test("a result is handed in, sent back, handed in again and accepted", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const theirs = await at(browser, firm, said);
  const page = await at(browser, buyer, said);
  const results = card(theirs, "成果交了没有？");
  for (const [version, button] of [[1, "提交成果"], [2, "提交第 2 版"]] as const) {
    await theirs.reload();
    await results.getByRole("button", { name: button }).click();
    await attach(results.locator("form"));
    await results.getByLabel(/^说明/).fill(`第 ${version} 版`);
    if (version === 1) await fits(theirs);
    await results.getByRole("button", { name: "提交", exact: true }).click();
    await expect(results.getByText("答复期限")).toBeVisible();

    await page.reload();
    const seen = card(page, "成果交了没有？");
    await seen.getByRole("button", { name: version === 1 ? "要求修改" : "验收", exact: true }).click();
    await seen.getByLabel(version === 1 ? "要改什么" : /^验收意见/).fill(version === 1 ? "缺少与相邻矿权的位置关系图" : "符合合同要求");
    await seen.getByRole("button", { name: version === 1 ? "要求修改" : "验收合格", exact: true }).click();
    await expect(seen.locator("form")).toHaveCount(0);
  }
  await expect(page.locator("#now")).toContainText("已完成");
  await fits(page);
});

test("the officer records that it passed at first submission; the payment is recorded and confirmed", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const official = await at(browser, officer, said);
  const results = card(official, "成果交了没有？");
  await results.getByRole("button", { name: "登记审查结果" }).click();
  await results.getByRole("radio", { name: "通过", exact: true }).check();
  await results.getByLabel("审查部门").fill("盐湖区自然资源部门");
  await fits(official);
  await results.getByRole("button", { name: "登记", exact: true }).click();
  await expect(results.getByText("首次报送即通过")).toBeVisible();

  const page = await at(browser, buyer, said);
  const money = card(page, "款付了多少？");
  await money.getByRole("button", { name: "登记付款" }).click();
  const left = /还有 ([\d,.]+) 元未付/.exec(await money.innerText())?.[1] ?? "";
  await money.getByLabel("金额（元）").first().fill(left.replaceAll(",", ""));
  await attach(money.locator("form"));
  await fits(page);
  await money.getByRole("button", { name: "登记", exact: true }).click();
  const theirs = await at(browser, firm, said);
  await theirs.getByRole("button", { name: "收到了" }).click();
  await expect(card(theirs, "款付了多少？").getByText("已收到")).toBeVisible();
});

test("each evaluates the other; few stars demand their reason", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const page = await at(browser, buyer, said);
  const said1 = card(page, "双方怎么评价？");
  await stars(said1, { 质量: 5, 时效: 5, 收费: 2, 规范: 5, 态度: 5 });
  await said1.getByRole("button", { name: "给出评价" }).click();
  await expect(said1.getByRole("status")).toContainText("写“收费”低于 3 星的理由");
  await fits(page);
  await said1.getByLabel("“收费”的理由").fill("成果外另收了两次图件打印费");
  await said1.getByRole("button", { name: "给出评价" }).click();
  await expect(said1.getByRole("article", { name: "项目业主的评价" })).toContainText("尚未公开");

  const theirs = await at(browser, firm, said);
  const said2 = card(theirs, "双方怎么评价？");
  await expect(said2).not.toContainText("另收了两次图件打印费");
  const groups = said2.getByRole("group", { name: /权重/ });
  for (const group of await groups.all()) await group.getByRole("radio", { name: /^4 星/ }).check({ force: true });
  await said2.getByRole("button", { name: "给出评价" }).click();
  const got = said2.getByRole("article", { name: "项目业主的评价" });
  await expect(got).toContainText("另收了两次图件打印费");
  await got.getByRole("button", { name: "回复" }).click();
  await got.getByLabel("回复").fill("打印费已退还，今后按合同收费。");
  await got.getByRole("button", { name: "公开回复" }).click();
  await expect(got).toContainText("打印费已退还");
  await fits(theirs);
});

test("everybody reads the grade that changed, why, and where it is in the public log", async ({ page }) => {
  test.setTimeout(120_000);
  const now = await ratingOf(page);
  expect(now).toMatchObject({ grade: "AA", new: false });
  expect(now.parts.reduce((sum, p) => sum + p.tenths, 0)).toBe(now.tenths);
  await page.goto(`/credit/${agency}`);
  const main = page.locator("main");
  await expect(main.locator(".grade")).toContainText("AA");
  await expect(async () => {
    await page.reload();
    await expect(main.locator(".changes li", { hasText: "A → AA" }).getByRole("link", { name: /^公开日志第 \d+ 条$/ })).toBeVisible({ timeout: 1_000 });
  }, "等级的变化有日志编号").toPass({ timeout: 60_000 });
  const spoken = main.locator(".spoken li", { hasText: title });
  await expect(spoken).toContainText("4.55 星");
  await expect(spoken).toContainText("收费：成果外另收了两次图件打印费");
  await expect(spoken).toContainText("机构回复：打印费已退还");
  const sum = (await main.locator(".sumline").innerText()).replaceAll("−", "-").replaceAll(" ", "");
  const [terms = "", total = ""] = sum.split("=");
  const added = (terms.match(/[+-]?[\d.]+/g) ?? []).reduce((n, t) => n + Math.round(Number(t) * 10), 0);
  expect(added, sum).toBe(Math.round(Number(total) * 10));
  expect(added).toBe(now.tenths);
  await fits(page);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载报告（PDF）" }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.pdf$/);
});
