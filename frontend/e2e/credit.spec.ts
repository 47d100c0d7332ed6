import { timePasses } from "./clock";
import { appoints, claims, open } from "./market";
import { fits } from "./measure";
import { mark } from "./people";
import { expect, test } from "./watched";

const officer = `colleague-${mark}`;
const accused = `accused-${mark}`;

// One worker for both: the accounts are given once.
test.describe.configure({ mode: "serial" });

const punished = "SELECT agency_id FROM credit_record WHERE demo AND rubric_id = 'G-PENALTY' AND state = 'published'";

test.beforeAll(() => {
  // One at 95.0 + 1.9 − 6.0 = 90.9, an A that nine points more would make a B.
  timePasses(`${appoints(officer, "department_officer", "自然资源")}
    ${claims(accused, "SELECT a.* FROM agency a JOIN credit_record r ON r.agency_id = a.id WHERE r.demo AND r.state = 'notified' AND a.organisation_id IS NULL")}
    DELETE FROM credit_evaluation WHERE agency_id IN (${punished});
    DELETE FROM credit_fact WHERE agency_id IN (${punished});
    INSERT INTO credit_fact (id, agency_id, kind, kept, measured_at, demo)
      SELECT gen_random_uuid(), r.agency_id, 'on_time', true, now() - interval '60 days', true FROM (${punished}) r, generate_series(1, 15);
    UPDATE credit_standing SET turns_at = now() WHERE agency_id IN (${punished});`);
});

test("an official sees what a change of the rubric would do to the grades, proposes it, and another confirms it", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const page = await open(browser, "officer", said);
  await page.goto("/workspace/credit-rubric");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("信用评分标准");
  const entry = page.locator("section.card", { hasText: "G-PENALTY" });
  await entry.getByRole("button", { name: /^改了会怎样/ }).click();
  await entry.getByLabel("最少多少分").fill("15");
  await entry.getByRole("button", { name: "推算" }).click();
  await expect(entry.getByRole("status")).toContainText(/涉及 [1-9]\d* 家机构，1 家等级变动：A → B 1 家/);
  await fits(page);
  await entry.getByRole("button", { name: /^提出变更/ }).click();
  await page.waitForURL(/\/submissions\//);
  await page.getByLabel("最少多少分").fill("15");
  await page.getByLabel("为什么这样改").fill(`同类处罚宽严不一，一律按上限计分（${mark}）`);
  await expect(page.locator(".submission-aside .save-line")).toHaveText(/^已保存 \d\d:\d\d$/, { timeout: 15_000 });
  await expect(page.locator("main")).toContainText(/\d+ 家等级(会)?变动/);
  await fits(page);
  await page.getByRole("button", { name: "提交审核" }).click();
  await expect(page.getByText(/已提交，等待审核。/)).toBeVisible();

  const other = await open(browser, officer, said);
  await other.goto(page.url());
  await expect(other.locator("main")).toContainText(/\d+ 家等级(会)?变动/);
  await fits(other);
  await other.getByRole("button", { name: "通过", exact: true }).click();
  await other.getByRole("dialog").getByRole("button", { name: "通过", exact: true }).click();
  await expect(other.locator(".submission-head .ant-tag").first()).toHaveText("已发布");
  await page.goto("/workspace/credit-rubric");
  await page.locator("section.card", { hasText: "G-PENALTY" }).getByText("2 个版本").click();
  await expect(page.locator("section.card", { hasText: "G-PENALTY" })).toContainText("第 2 版");
});

test("an agency defends itself against a record, and an official who did not propose it decides", async ({ browser, said }) => {
  test.setTimeout(120_000);
  const theirs = await open(browser, accused, said);
  await theirs.goto("/workspace/credit-records");
  await fits(theirs);
  await theirs.getByRole("region", { name: /^待我办理/ }).getByRole("link").click();
  await expect(theirs.getByRole("heading", { name: "申辩", exact: true })).toBeVisible();
  await theirs.getByLabel("申辩", { exact: true }).fill("两次都因道路封闭，已提前告知业主并另约时间。");
  await fits(theirs);
  await theirs.getByRole("button", { name: "提交申辩" }).click();
  await expect(theirs.getByRole("region", { name: "机构的申辩", exact: true })).toContainText("两次都因道路封闭");

  const official = await open(browser, "operator", said);
  await official.goto("/workspace/credit-records");
  await fits(official);
  await official.goto(theirs.url());
  await expect(official.getByRole("region", { name: "机构的申辩", exact: true })).toContainText("两次都因道路封闭");
  await official.getByLabel("认定的意见").fill("业主证实只有一次提前告知，按最轻的认定。");
  await fits(official);
  await official.getByRole("button", { name: "认定并公布" }).click();
  await expect(official.locator(".submission-head")).toContainText("已公布");
  await theirs.reload();
  await expect(theirs.getByRole("region", { name: "记录", exact: true })).toContainText("业主证实只有一次提前告知");
  await expect(theirs.getByRole("button", { name: "申诉", exact: true })).toBeVisible();
  await fits(theirs);
});
