import type { Page } from "@playwright/test";
import { fits, meter, violations } from "./measure";
import { mark, samplePassword, signIn, someoneElse, totp } from "./people";
import { cutOff, expect, refusedPage, test } from "./watched";

/** Opens an account for a natural person, as they would themselves. */
async function register(page: Page, { login, password, name }: { login: string; password: string; name: string }): Promise<void> {
  await page.goto("/workspace/register");
  await page.getByRole("radio", { name: /^自然人/ }).check();
  await page.getByLabel("受理区划").selectOption("140802");
  await page.getByLabel("姓名", { exact: true }).fill(name);
  await page.getByLabel("电话").fill("13800138001");
  await page.getByLabel("邮箱").fill(`${login}@example.com`);
  await page.getByLabel("登录名").fill(login);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByLabel(/我已阅读并同意/).check();
  await page.getByRole("button", { name: "注册并登录" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^今天/ })).toBeVisible({ timeout: 30_000 });
}

test("the form to register says what is wrong beside each field, and then lets one in", async ({ page, said }) => {
  said.allow(refusedPage);
  await page.goto("/workspace/register");
  await page.getByRole("radio", { name: /^自然人/ }).check();
  await page.getByLabel("姓名", { exact: true }).fill("赵六");
  await page.getByLabel("登录名").fill("1");
  await page.getByLabel("密码", { exact: true }).fill("1234567890");
  await expect(page.getByRole("list", { name: "密码要求" })).toContainText("（已满足）");
  await page.getByRole("button", { name: "注册并登录" }).click();
  await expect(page.getByLabel("登录名")).toHaveAccessibleDescription(/4–32 位，以字母开头/);
  await expect(page.getByLabel("登录名")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("受理区划")).toBeFocused();
  await fits(page);

  await register(page, { login: `zhao-${mark}`, password: `院里那棵石榴树有三米高-${mark}`, name: "赵六" });
});

test("a wrong password is said plainly, and what was typed stays", async ({ page, said }) => {
  said.allow(refusedPage);
  await page.goto("/workspace/login");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByLabel("密码")).toHaveAccessibleDescription("请填写密码");
  await page.getByLabel("登录名或已验证的邮箱").fill(`nobody-${mark}`);
  await page.getByLabel("密码").fill("不是这个密码啊");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("登录名或密码不对");
  await expect(page.getByLabel("登录名或已验证的邮箱")).toHaveValue(`nobody-${mark}`);
  await fits(page);
});

test("without a network, signing in says so", async ({ page, said }) => {
  said.allow(cutOff);
  await page.goto("/workspace/login");
  await page.getByLabel("登录名或已验证的邮箱").fill("agency");
  await page.getByLabel("密码").fill("随便什么密码");
  await page.route("**/api/v1/session", (route) => route.abort());
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("连接不上服务器");
});

test("after signing in one is where one meant to go; after signing out, out", async ({ page }) => {
  await page.goto("/workspace/members");
  await expect(page).toHaveURL(/login\?next=%2Fmembers/);
  await page.getByLabel("登录名或已验证的邮箱").fill("agency");
  await page.getByLabel("密码").fill(samplePassword);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("单位人员");
  await page.getByRole("button", { name: "退出", exact: true }).click();
  await expect(page).toHaveURL(/\/workspace\/login$/);
  await page.goto("/workspace/members");
  await expect(page).toHaveURL(/login\?next=%2Fmembers/);
});

test("the first screen of the signed-in stays within its budget", async ({ page }) => {
  await signIn(page, "operator");
  const bytes = await meter(page);
  await page.goto("/workspace/");
  await expect(page.getByRole("heading", { level: 1, name: /^今天/ })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const weight = await bytes.taken();
  console.log(`工作台“今天”传输 ${(weight / 1024).toFixed(1)} KB`);
  expect(weight).toBeGreaterThan(50 * 1024);
  expect(weight).toBeLessThanOrEqual(300 * 1024);
});

const menus: Record<string, { has: string[]; hasNot: string[] }> = {
  purchaser: { has: ["我的申请", "采购", "合同", "新建申请", "单位人员"], hasNot: ["信用", "账号与授权", "审计日志"] },
  agency: { has: ["我的申请", "采购", "合同", "信用", "新建申请", "单位人员"], hasNot: ["账号与授权", "审计日志", "数据归集", "审核工作量"] },
  expert: { has: ["我的申请", "采购", "新建申请"], hasNot: ["合同", "信用", "单位人员", "账号与授权", "审计日志"] },
  operator: { has: ["申请与审核", "采购", "合同", "信用", "数据归集", "审核工作量"], hasNot: ["账号与授权", "审计日志", "单位人员"] },
  officer: { has: ["申请与审核", "合同", "信用", "数据归集"], hasNot: ["采购", "账号与授权", "审计日志"] },
  supervisor: { has: ["申请与审核", "采购", "合同", "信用", "审计日志"], hasNot: ["新建申请", "账号与授权", "数据归集"] },
  "region-admin": { has: ["信用", "账号与授权", "审核工作量"], hasNot: ["采购", "合同", "审计日志", "单位人员"] },
  "platform-admin": { has: ["信用", "账号与授权", "审计日志"], hasNot: ["采购", "合同", "单位人员"] },
};

for (const [login, { has, hasNot }] of Object.entries(menus)) {
  test(`the menu of ${login} is what its permissions lead to, and every screen holds`, async ({ page, said }) => {
    test.setTimeout(180_000);
    if (login === "agency") said.allow(/status of 40[49]/); // not yet admitted: it has no score and nothing it may bid for, and is told so
    await signIn(page, login);
    const menu = page.getByRole("navigation", { name: "工作台" });
    for (const words of has) await expect(menu.getByRole("link", { name: words })).toBeVisible();
    for (const words of hasNot) await expect(menu.getByRole("link", { name: words })).toHaveCount(0);
    await fits(page);
    for (const words of has) {
      await menu.getByRole("link", { name: words }).click();
      await expect(page.locator("#main")).toBeFocused();
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      await fits(page);
    }
  });
}

test("a second factor is set up, asked for at the next sign-in, and taken off", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const person = { login: `sun-${mark}`, password: `村口的老槐树下有口井-${mark}`, name: "孙八" };
  await register(page, person);
  await page.goto("/workspace/account");
  await fits(page);
  await page.getByRole("button", { name: "开始设置" }).click();
  await page.getByText("扫不了，手工输入密钥").click();
  const secret = await page.locator(".factor code").innerText();
  await page.getByLabel("输入验证器上的 6 位数字").fill(totp(secret));
  await page.getByRole("button", { name: "确认开启" }).click();
  const codes = page.getByRole("list", { name: "恢复码" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const recovery = await codes.first().innerText();
  await fits(page);
  await page.getByRole("button", { name: "我已抄下" }).click();
  await expect(page.getByText("已开启", { exact: true })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto("/workspace/login");
  await other.getByLabel("登录名或已验证的邮箱").fill(person.login);
  await other.getByLabel("密码").fill(person.password);
  await other.getByRole("button", { name: "登录", exact: true }).click();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("二次验证");
  // With the password alone nothing else can be seen.
  await other.goto("/workspace/account");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("二次验证");
  await other.getByRole("button", { name: "手机不在身边，用恢复码" }).click();
  await other.getByLabel("恢复码").fill(recovery);
  await other.getByRole("button", { name: "继续" }).click();
  await expect(other.getByRole("heading", { level: 1, name: /^(今天|我的账号)/ })).toBeVisible();
  await other.close();

  // The session just opened elsewhere is seen and ended from here.
  await page.reload();
  await page.getByRole("button", { name: /^退出其他 \d+ 处$/ }).click();
  await expect(page.getByRole("button", { name: /^退出其他/ })).toHaveCount(0);
});

test("one's own data can be taken away", async ({ page, browser }) => {
  await page.close();
  const own = await someoneElse(browser, "purchaser");
  await own.goto("/workspace/account");
  const [file] = await Promise.all([own.waitForEvent("download"), own.getByRole("button", { name: "下载我的全部信息" }).click()]);
  expect(file.suggestedFilename()).toMatch(/^我的个人信息-\d{8}\.json$/);
  await own.close();
});

test("an administrator stops an account with a reason, and its session ends at once", async ({ page, browser, said }) => {
  said.allow(refusedPage);
  test.setTimeout(120_000);
  const login = `qian-${mark}`;
  const someone = await (await browser.newContext()).newPage();
  await register(someone, { login, password: `河边第二个路口左转-${mark}`, name: "钱七" });

  await signIn(page, "region-admin");
  await page.goto("/workspace/accounts");
  await page.getByLabel("姓名、登录名或邮箱").fill(login);
  await page.getByRole("button", { name: /管理.*钱七/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "停用账号" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "停用" })).toBeDisabled();
  await dialog.getByLabel("理由").fill("冒用他人身份注册");
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "停用" }).click();
  await expect(page.getByRole("dialog").getByRole("button", { name: "启用账号" })).toBeVisible();

  await someone.goto("/workspace/account");
  await expect(someone).toHaveURL(/\/workspace\/login/);
  await someone.close();
});
