import { violations } from "./measure";
import { cutOff, expect, test } from "./watched";

test("tries an operation and shows its answer", async ({ page, said }) => {
  await page.goto("/api/docs");
  const form = page.getByRole("form", { name: "试用：中介服务事项列表" });
  await form.getByLabel("limit").fill("2");
  await form.getByLabel("basis").selectOption("none");
  await form.getByRole("button", { name: "发送请求" }).click();
  const section = page.locator("#service-items");
  await expect(section.getByRole("status")).toHaveText(/成功：状态 200/);
  await expect(section.getByRole("region", { name: "中介服务事项列表的答复" })).toContainText('"total": 6');
  await expect(section.getByText(/^curl '/)).toContainText("limit=2&basis=none");
  expect(await violations(page)).toEqual([]);

  said.allow(/status of 422/);
  await form.getByLabel("limit").fill("0");
  await form.getByRole("button", { name: "发送请求" }).click();
  await expect(section.getByRole("status")).toHaveText(/被拒绝：状态 422/);
});

test("fills in a record that exists", async ({ page }) => {
  await page.goto("/api/docs#agency");
  const form = page.getByRole("form", { name: "试用：一家中介机构", exact: true });
  await form.getByRole("button", { name: "填入一个示例" }).click();
  await expect(form.getByLabel("id")).not.toHaveValue("");
  await form.getByRole("button", { name: "发送请求" }).click();
  await expect(page.locator("#agency").getByRole("status")).toHaveText(/成功：状态 200/);
});

test("lists every operation of the document", async ({ page, request }) => {
  const doc = (await (await request.get("/api/v1/openapi.json")).json()) as { paths: Record<string, object> };
  await page.goto("/api/docs");
  const operations = Object.values(doc.paths).reduce((n, methods) => n + Object.keys(methods).length, 0);
  await expect(page.getByRole("button", { name: "发送请求" })).toHaveCount(operations);
});

test("says when the document cannot be read, and reads it again", async ({ page, said }) => {
  said.allow(cutOff);
  await page.route("**/api/v1/openapi.json", (route) => route.abort());
  await page.goto("/api/docs");
  await expect(page.getByRole("alert")).toContainText("接口说明没有读到");
  await page.unroute("**/api/v1/openapi.json");
  await page.getByRole("button", { name: "重试" }).click();
  await expect(page.getByRole("heading", { name: "中介机构列表" })).toBeVisible();
});
