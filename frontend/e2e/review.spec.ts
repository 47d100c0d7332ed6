import type { Browser, Locator, Page } from "@playwright/test";
import { timePasses } from "./clock";
import { overflow, phone, violations } from "./measure";
import { mark, newCitizenID, newUSCC, pdf, samplePassword, someoneElse } from "./people";
import { expect, refusedPage, test } from "./watched";

// One agency's life, told in order: each part stands on the one before.
test.describe.configure({ mode: "serial" });

const agency = { name: `河东测绘${mark}有限公司`, uscc: newUSCC(), login: `hedong-${mark}`, password: `石榴树在院里-${mark}` };
const certificate = `乙测资字${mark}`;

/** Any day of next year; and the day before today, in Shanghai. */
const nextYear = `${new Date().getFullYear() + 1}-06-30`;
const yesterday = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10);

async function open(browser: Browser, login: string, password = samplePassword): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  const answer = await page.request.post("/api/v1/session", { data: { login, password } });
  expect(answer.ok(), `${login} 登录`).toBe(true);
  return page;
}

async function saved(page: Page): Promise<void> {
  await expect(page.locator(".submission-aside .save-line")).toHaveText(/^已保存 \d\d:\d\d$/, { timeout: 15_000 });
}

async function attach(page: Page, label: string): Promise<void> {
  const before = await page.getByRole("link", { name: pdf.name }).count();
  await page.getByLabel(label, { exact: true }).last().setInputFiles(pdf);
  await expect(page.getByRole("link", { name: pdf.name })).toHaveCount(before + 1);
}

async function choose(page: Page, group: string, item: string): Promise<void> {
  const box = page.getByRole("group", { name: group, exact: true }).last();
  await box.getByLabel("查找事项").fill(item);
  await box.getByRole("list", { name: "找到的事项" }).getByRole("button").first().click();
}

/** The state a submission's page tells, and not a word that happens to stand elsewhere. */
function state(page: Page): Locator {
  return page.locator(".submission-head .ant-tag").first();
}

/** Found by its code the first time; an agency removed is found no more, and its address stays. */
let address: string | undefined;

async function publicPage(page: Page): Promise<void> {
  if (address === undefined) {
    await page.goto(`/search?q=${agency.uscc}&kind=agency`);
    await page.getByRole("region", { name: "搜索结果" }).getByRole("link", { name: agency.name }).first().click();
    await page.waitForURL(/\/agencies\//);
    address = page.url();
  } else {
    await page.goto(address);
  }
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(agency.name);
}

test("an agency registers on one page", async ({ page, said }) => {
  said.allow(refusedPage); // who is no agency yet has no procurements of an agency's: today's cards ask and are told so
  await page.goto("/workspace/register");
  await page.getByRole("radio", { name: /^中介机构/ }).check();
  await page.getByLabel("单位名称").fill(agency.name);
  await page.getByLabel("统一社会信用代码").fill(agency.uscc);
  await page.getByLabel("受理区划").selectOption("140802");
  await page.getByLabel("姓名", { exact: true }).fill("王建国");
  await page.getByLabel("电话").fill("13800138000");
  await page.getByLabel("邮箱").fill(`${agency.login}@example.com`);
  await page.getByLabel("登录名").fill(agency.login);
  await page.getByLabel("密码", { exact: true }).fill(agency.password);
  await page.getByLabel(/我已阅读并同意/).check();
  await page.getByRole("button", { name: "注册并登录" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^今天/ })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/账号已经开好/)).toBeVisible();
});

test("it fills in its admission, which saves itself, says what is missing, and is submitted", async ({ browser, said }) => {
  test.setTimeout(120_000);
  said.allow(/.*/);
  const page = await open(browser, agency.login, agency.password);
  await page.goto("/workspace/new");
  await page.getByRole("region", { name: "机构入驻" }).getByRole("button", { name: /^开始填写/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(agency.name);

  // Submitting too early leads to the first thing missing.
  await page.getByRole("button", { name: "提交审核" }).click();
  await expect(page.getByRole("group", { name: "机构类型" })).toBeFocused();

  await page.getByRole("group", { name: "机构类型" }).getByRole("radio", { name: "企业" }).check();
  await page.getByLabel("法定代表人或负责人").fill("王建国");
  await page.getByRole("group", { name: "登记地", exact: true }).getByRole("radio", { name: "本市" }).check();
  await page.getByLabel("登记地区划").selectOption("140802");
  await page.getByLabel("受理区划").selectOption("140802");
  await page.getByLabel("住所").fill("人民北路 12 号");
  await page.getByLabel("联系电话").fill("0359-2660000");
  await page.getByLabel("成立日期").fill("2015-06-01");
  await choose(page, "服务事项", "ZJ0049");
  await choose(page, "服务事项", "ZJ0011");

  await page.getByRole("group", { name: /^资质/ }).getByRole("button", { name: "添加" }).click();
  await page.getByLabel("资质名称").fill("测绘资质");
  await page.getByLabel("证书编号").fill(certificate);
  await page.getByLabel("发证机关").fill("山西省自然资源厅");
  await page.getByLabel(/^有效期至/).fill(nextYear);
  await attach(page, "证书扫描件");
  await choose(page, "承载的事项（选填）", "ZJ0011");

  await page.getByRole("region", { name: "业务授权人" }).getByLabel("姓名").fill("李秀英");
  await page.getByLabel("身份证号").fill(newCitizenID());
  await page.getByLabel("手机").fill("13900139000");
  await attach(page, "授权书");
  await page.getByRole("group", { name: "关联情况" }).getByRole("radio").first().check();
  await attach(page, "营业执照");
  await attach(page, "承诺书");
  await page.getByLabel(/^承诺所填内容/).check();
  await saved(page);

  // The identity number is sealed: only its mask is left in the page.
  await expect(page.getByLabel("身份证号")).toHaveValue(/\*{4,}/);
  await page.reload();
  await expect(page.getByLabel("住所")).toHaveValue("人民北路 12 号");
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize(phone);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: "提交审核" }).click();
  await expect(page.getByText("已提交，等待审核。")).toBeVisible();
});

test("a reviewer sends it back with a reason against one field", async ({ browser, said }) => {
  said.allow(/.*/);
  const page = await open(browser, "operator");
  await page.goto("/workspace/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^今天要处理 \d+ 件$/);
  // The sample market has matters waiting before this one, and the first page names the first few.
  await page.goto("/workspace/submissions?view=queue");
  await page.getByRole("link", { name: agency.name }).click();
  await expect(page.getByRole("button", { name: /提意见.*住所/ })).toBeVisible();
  await expect(page.locator(".submission-head")).toContainText(/还剩 \d/);
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: /提意见.*住所/ }).click();
  await page.getByLabel("“住所”错在哪里，怎样才对").fill("与营业执照不一致，应为人民南路 12 号");
  await expect(page.getByRole("button", { name: "通过", exact: true })).toBeDisabled();
  await page.getByRole("button", { name: "退回修改（1 条）" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "退回修改" }).click();
  await expect(state(page)).toHaveText("退回修改");
});

test("someone entitled sees a masked number in full, for a reason that is kept", async ({ browser, said }) => {
  said.allow(/.*/);
  const page = await open(browser, "operator");
  await page.goto("/workspace/submissions?view=all");
  await page.getByRole("link", { name: agency.name }).first().click();
  await page.getByRole("button", { name: /查看完整.*身份证号/ }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "查看", exact: true })).toBeDisabled();
  await dialog.getByLabel("查看理由").fill("核对与授权书是否一致");
  await dialog.getByRole("button", { name: "查看", exact: true }).click();
  await expect(page.getByText(/^140899\d{11}[\dX]$/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: /查看完整.*身份证号/ }).first()).toBeVisible();
  await expect(page.getByText(/^140899\d{11}[\dX]$/)).toHaveCount(0);

  const watcher = await someoneElse(browser, "supervisor");
  await watcher.goto("/workspace/audit?outcome=read");
  await expect(watcher.getByText("核对与授权书是否一致").first()).toBeVisible();
  await watcher.close();
});

test("it reads the reason beside the field, mends it and submits again", async ({ browser, said }) => {
  said.allow(/.*/);
  const page = await open(browser, agency.login, agency.password);
  await page.goto("/workspace/");
  await expect(page.getByText("1 件被退回，改好后重新提交。")).toBeVisible();
  await page.getByRole("link", { name: agency.name }).first().click();
  await expect(page.getByLabel("住所")).toHaveAccessibleDescription(/应为人民南路 12 号/);
  await page.getByLabel("住所").fill("人民南路 12 号");
  await saved(page);
  await page.getByRole("button", { name: "改好了，重新提交" }).click();
  await expect(page.getByText("已提交，等待审核。")).toBeVisible();
});

test("of two reviewers at once one wins, and the other is told who was first", async ({ browser, said }) => {
  said.allow(/.*/);
  const [first, second] = await Promise.all([open(browser, "operator"), open(browser, "operator")]);
  for (const page of [first, second]) {
    await page.goto("/workspace/submissions?view=queue");
    await page.getByRole("link", { name: agency.name }).click();
    await expect(page.getByRole("button", { name: "通过", exact: true })).toBeEnabled();
  }
  await first.getByRole("button", { name: "通过", exact: true }).click();
  await first.getByRole("dialog").getByRole("button", { name: "通过", exact: true }).click();
  await expect(state(first)).toHaveText("公示中");

  await second.getByRole("button", { name: "不予通过", exact: true }).click();
  const dialog = second.getByRole("dialog");
  await dialog.getByLabel("理由和依据").fill("材料不全");
  await dialog.getByRole("button", { name: "不予通过" }).click();
  await expect(dialog.getByRole("alert")).toContainText(/这件刚由示例审核员“(通过|发布)”|平台程序/);
  await dialog.getByRole("button", { name: "看最新情况" }).click();
  await expect(second.getByRole("button", { name: "通过", exact: true })).toHaveCount(0);
});

test("in its publicity a visitor objects, is answered, and it is published when the time is over", async ({ browser, page, said }) => {
  test.setTimeout(180_000);
  said.allow(refusedPage);
  await page.goto("/publicity");
  await page.getByRole("link", { name: agency.name }).click();
  const form = page.locator("form.objection");
  await form.getByLabel("姓名或单位名称").fill("赵某");
  await form.getByLabel(/^联系方式/).fill("13700137000");
  await form.getByLabel(/^哪里不对/).fill("这家机构没有固定的办公场所，请实地核实。");
  expect(await violations(page)).toEqual([]);
  await form.getByRole("button", { name: "提交异议" }).click();
  await expect(page.getByRole("status")).toContainText(/异议已收到，查询号 [A-Z]+\d+/);

  const reviewer = await open(browser, "operator");
  await reviewer.goto("/workspace/submissions?view=all&state=accepted");
  await reviewer.getByRole("link", { name: agency.name }).click();
  await expect(reviewer.getByText("没有固定的办公场所")).toBeVisible();
  await reviewer.getByRole("radio", { name: /^不成立/ }).check();
  await reviewer.getByLabel("答复", { exact: true }).fill("经实地核实，办公场所与登记一致。");
  await reviewer.getByRole("button", { name: "答复" }).click();
  await expect(reviewer.getByText(/经实地核实，办公场所与登记一致。/)).toBeVisible();

  timePasses(`UPDATE submission SET publicity_until = now() - interval '1 second' WHERE state = 'accepted' AND content->>'uscc' = '${agency.uscc}'`);
  await expect(async () => {
    await reviewer.reload();
    await expect(state(reviewer)).toHaveText("已发布", { timeout: 2_000 });
  }).toPass({ timeout: 100_000, intervals: [5_000] });
  await publicPage(page);
  await expect(page.getByText("人民南路 12 号")).toBeVisible();
});

test("a change shows the reviewer what differs, word by word", async ({ browser, said }) => {
  said.allow(/.*/);
  const page = await open(browser, agency.login, agency.password);
  await page.goto("/workspace/new");
  await page.getByRole("region", { name: "机构变更" }).getByRole("button", { name: /^开始填写/ }).click();
  await expect(page.getByLabel("住所")).toHaveValue("人民南路 12 号");
  await page.getByLabel("住所").fill("人民南路 18 号");
  await page.getByLabel(/^承诺所填内容/).check();
  await saved(page);
  await page.getByRole("button", { name: "提交审核" }).click();
  await expect(page.getByText("已提交，等待审核。")).toBeVisible();
  const at = page.url();

  const reviewer = await open(browser, "operator");
  await reviewer.goto(at);
  const row = reviewer.getByRole("table", { name: "与已发布内容的差异" }).getByRole("row", { name: /住所/ });
  await expect(row.getByRole("deletion")).toHaveText(["12"]);
  await expect(row.getByRole("insertion")).toHaveText(["18"]);
  await reviewer.getByRole("button", { name: "通过", exact: true }).click();
  await reviewer.getByRole("dialog").getByRole("button", { name: "通过", exact: true }).click();
  await expect(state(reviewer)).toHaveText("已发布");
  await publicPage(reviewer);
  await expect(reviewer.getByText("人民南路 18 号")).toBeVisible();
});

test("its certificate expires, and just the item it carries is suspended", async ({ page }) => {
  await publicPage(page);
  const surveying = page.getByRole("listitem").filter({ hasText: "土地勘测定界" });
  const assessing = page.getByRole("listitem").filter({ hasText: "建设项目环境影响报告书编制" });
  await expect(surveying).not.toContainText(/暂停|不能承接|过期/);

  timePasses(`UPDATE agency_qualification SET valid_to = '${yesterday}' WHERE certificate_no = '${certificate}'`);
  await page.reload();
  await expect(surveying).toContainText(/暂停|不能承接|过期/);
  await expect(assessing).not.toContainText(/暂停|不能承接|过期/);
});

test("a table is looked at before it is taken in: what is new, what is wrong", async ({ browser, said }) => {
  said.allow(/.*/);
  const page = await open(browser, "operator");
  const header = "统一社会信用代码,机构名称,法定代表人,区划代码,登记地,住所,服务事项,资质";
  const good = `${newUSCC()},导入测绘${mark}有限公司,王建国,140802,山西省运城市,人民北路 1 号,ZJ0011,测绘资质||乙测资字D${mark}|山西省自然资源厅|${nextYear}`;
  const own = `${agency.uscc},${agency.name},王建国,140802,山西省运城市,别处,ZJ0049,`;
  const broken = "91140899MA00000000,错的代码有限公司,张三,140802,山西省运城市,某街,ZJ0049,";
  const table = Buffer.from(`\uFEFF${[header, good, own, broken].join("\r\n")}\r\n`);
  await page.goto("/workspace/deliveries");
  await page.getByLabel("提供数据的单位").fill("市规划和自然资源局");
  await page.getByLabel("文件", { exact: true }).setInputFiles({ name: `机构-${mark}.csv`, mimeType: "text/csv", buffer: table });
  await page.getByRole("button", { name: "看预览" }).click();
  await expect(page.getByRole("heading", { name: "确认后写入 1 行" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: "2 行有错，不导入" })).toBeVisible();
  await expect(page.getByRole("row", { name: /第 4 行.*第 18 位校验码/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /第 3 行.*不再由导入更新/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize(phone);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "确认导入" }).click();
  await expect(page.getByText(/^已导入：新增 1，改动 0/)).toBeVisible({ timeout: 30_000 });
});

test("it is removed: one proposes, another confirms", async ({ browser, said }) => {
  test.setTimeout(120_000);
  said.allow(/.*/);
  const officer = await open(browser, "officer");
  await officer.goto("/workspace/new");
  const card = officer.getByRole("region", { name: "机构清退" });
  await card.getByLabel("哪家机构").fill(agency.uscc);
  await card.getByRole("list", { name: "找到的机构" }).getByRole("button", { name: agency.name }).click();
  await card.getByRole("button", { name: /^开始填写/ }).click();
  await officer.getByLabel("事实和理由").fill("出具虚假的勘测定界报告，经查属实。");
  await officer.getByLabel("依据", { exact: true }).fill("《测绘法》第六十五条");
  await officer.getByRole("group", { name: "清退情形" }).getByRole("radio").first().check();
  await officer.getByLabel("多少个月内不得再次入驻").fill("36");
  await saved(officer);
  await officer.getByRole("button", { name: "提交审核" }).click();
  await expect(officer.getByText(/已提交，等待审核。/)).toBeVisible();
  // Who proposed it is offered no decision on it.
  await expect(officer.getByRole("button", { name: "通过", exact: true })).toHaveCount(0);

  const confirmer = await open(browser, "operator");
  await confirmer.goto(officer.url());
  await confirmer.getByRole("button", { name: "通过", exact: true }).click();
  await confirmer.getByRole("dialog").getByRole("button", { name: "通过", exact: true }).click();
  await expect(state(confirmer)).toHaveText("已发布");
  await publicPage(confirmer);
  await expect(confirmer.getByText("已清退").first()).toBeVisible();

  // Barred, it cannot come back in.
  const again = await open(browser, agency.login, agency.password);
  await again.goto("/workspace/new");
  await again.getByRole("region", { name: "机构入驻" }).getByRole("button", { name: /^开始填写/ }).click();
  await expect(again.locator(".gaps")).toContainText(/在禁入期内，.+以后（不含当日）才能申请入驻/);
});
