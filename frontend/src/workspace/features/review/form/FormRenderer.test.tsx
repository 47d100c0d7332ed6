import { QueryClient } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { useEffect, useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { Providers } from "../../../Providers";
import type { Content, Field, Form } from "./content";
import { FormContext, type FormState } from "./formContext";
import { FormRenderer } from "./FormRenderer";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const quiet: FormState = { faults: {}, reasons: {}, files: new Map(), uploaded: vi.fn(), typing: vi.fn() };

function field(name: string, label: string, type: Field["type"], more: Partial<Field> = {}): Field {
  return { name, label, type, required: false, ...more };
}

let now: Content;

function Held({ form, start }: { form: Form; start: Content }) {
  const [content, setContent] = useState(start);
  useEffect(() => {
    now = content;
  }, [content]);
  return <FormRenderer form={form} content={content} change={setContent} />;
}

function show(fields: Field[], start: Content = {}, state: Partial<FormState> = {}): void {
  const form: Form = { sections: [{ title: "一节", fields }] };
  render(
    <Providers client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <FormContext value={{ ...quiet, ...state }}>
        <Held form={form} start={start} />
      </FormContext>
    </Providers>,
  );
}

it("names what may be left out, and leaves blank values out of the content", () => {
  show([field("name", "名称", "text", { required: true }), field("note", "备注", "paragraph")], { note: "旧" });
  expect(screen.getByLabelText("名称").getAttribute("aria-required")).toBe("true");
  fireEvent.change(screen.getByLabelText("备注（选填）"), { target: { value: "  " } });
  expect(now).toEqual({});
});

it("asks for a conditional field only while its condition holds, and keeps what stood there", () => {
  const options = [{ value: "a", label: "甲" }, { value: "b", label: "乙" }];
  show([field("kind", "类型", "choice", { options }), field("why", "原因", "text", { when: { field: "kind", in: ["a"] } })], { why: "旧的原因" });
  expect(screen.queryByLabelText(/^原因/)).toBeNull();
  fireEvent.click(screen.getByRole("radio", { name: "甲" }));
  expect(screen.getByLabelText<HTMLInputElement>(/^原因/).value).toBe("旧的原因");
  fireEvent.click(screen.getByRole("radio", { name: "乙" }));
  expect(screen.queryByLabelText(/^原因/)).toBeNull();
  expect(now).toEqual({ kind: "b", why: "旧的原因" });
});

it("ties a fault and a reviewer's reason to the control they speak of", () => {
  show([field("phone", "电话", "phone", { help: "公开" })], { phone: "1" }, { faults: { phone: "位数不对" }, reasons: { phone: "打不通" } });
  const box = screen.getByLabelText(/^电话/);
  const ids = (box.getAttribute("aria-describedby") ?? "").split(" ");
  expect(ids.map((id) => document.getElementById(id)?.textContent)).toEqual(["公开", "退回理由：打不通", "位数不对"]);
  expect(box.getAttribute("aria-invalid")).toBe("true");
});

it("adds, changes and removes rows by their ids", () => {
  show([field("rows", "证书", "rows", { fields: [field("no", "编号", "text")] })], { rows: [{ rowId: "r1", no: "1" }] });
  fireEvent.click(screen.getByRole("button", { name: "再添加一行" }));
  const boxes = screen.getAllByLabelText(/^编号/);
  const second = boxes[1];
  if (second === undefined) throw new Error("no second row");
  fireEvent.change(second, { target: { value: "2" } });
  expect((now.rows as Content[]).map((r) => r.no)).toEqual(["1", "2"]);
  const group = screen.getByText("证书 1").closest("details");
  if (group === null) throw new Error("no first row");
  fireEvent.click(within(group).getByRole("button", { name: /^删除这一行/ }));
  expect((now.rows as Content[]).map((r) => r.no)).toEqual(["2"]);
});

it("takes a list's limit seriously", () => {
  show([field("rows", "证书", "rows", { max: 1, fields: [field("no", "编号", "text")] })], { rows: [{ rowId: "r1" }] });
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "再添加一行" }).disabled).toBe(true);
});

it("shows a sealed value masked, and hands a new one on only when the box is left", () => {
  const ref = { secret: "s1", mask: "1427**********0012", tag: "t" };
  show([field("id", "身份证号", "idNumber", { secret: true, required: true })], { id: ref });
  const masked = screen.getByLabelText<HTMLInputElement>("身份证号");
  expect(masked.value).toBe(ref.mask);
  expect(masked.readOnly).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: /^重新填写/ }));
  const box = screen.getByLabelText("身份证号");
  fireEvent.change(box, { target: { value: "1427" } });
  expect(now).toEqual({ id: ref });
  fireEvent.blur(box);
  expect(now).toEqual({ id: "1427" });
});

it("keeps the sealed value when nothing is written in its place", () => {
  const ref = { secret: "s1", mask: "1427****0012" };
  show([field("id", "身份证号", "idNumber", { secret: true })], { id: ref });
  fireEvent.click(screen.getByRole("button", { name: /^重新填写/ }));
  fireEvent.blur(screen.getByLabelText(/^身份证号/));
  expect(now).toEqual({ id: ref });
  expect(screen.getByLabelText<HTMLInputElement>(/^身份证号/).value).toBe(ref.mask);
});

it("makes a number of digits and keeps anything else to be told wrong", () => {
  show([field("n", "人数", "number", { required: true })]);
  const box = screen.getByLabelText("人数");
  fireEvent.change(box, { target: { value: "12" } });
  expect(now).toEqual({ n: 12 });
  fireEvent.change(box, { target: { value: "12人" } });
  expect(now).toEqual({ n: "12人" });
});

it("takes sums in yuan and gives them in fen", () => {
  show([field("sum", "最高限价", "money", { required: true })]);
  const box = screen.getByLabelText<HTMLInputElement>("最高限价");
  fireEvent.change(box, { target: { value: "12,345.6" } });
  expect(now).toEqual({ sum: 1234560 });
  expect(box.value).toBe("12,345.6");
  fireEvent.change(box, { target: { value: "12万" } });
  expect(now).toEqual({ sum: "12万" });
});

it("takes times of Shanghai", () => {
  show([field("at", "报名截止", "datetime", { required: true })]);
  fireEvent.change(screen.getByLabelText("报名截止"), { target: { value: "2026-12-25T17:00" } });
  expect(now).toEqual({ at: "2026-12-25T17:00:00+08:00" });
});

it("finds items by words and gives their codes", async () => {
  const item = (code: string, name: string) => ({ code, name, sector: "自然资源" });
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ items: [item("ZJ0011", "土地勘测定界"), item("ZJ0049", "环境影响报告书编制")], total: 2 })));
  show([field("items", "事项", "items", { required: true })]);
  fireEvent.change(screen.getByLabelText("查找事项"), { target: { value: "自然 勘测" } });
  fireEvent.click(await screen.findByRole("button", { name: /土地勘测定界/ }));
  expect(now).toEqual({ items: ["ZJ0011"] });
  fireEvent.click(screen.getByRole("button", { name: /^去掉/ }));
  expect(now).toEqual({});
});

it("an upload that ends late overwrites nothing typed meanwhile", async () => {
  let finish: () => void = () => undefined;
  class Request {
    upload = {};
    status = 201;
    response = { id: "f1", name: "营业执照.pdf", size: 10, mediaType: "application/pdf", sha256: "00" };
    onload: () => void = () => undefined;
    open = vi.fn();
    abort = vi.fn();
    send = (): void => {
      finish = () => {
        this.onload();
      };
    };
  }
  vi.stubGlobal("XMLHttpRequest", Request);
  show([field("name", "名称", "text", { required: true }), field("licence", "营业执照", "file", { required: true })], { name: "旧" });
  fireEvent.change(screen.getByLabelText("营业执照"), { target: { files: [new File(["x"], "营业执照.pdf")] } });
  fireEvent.change(screen.getByLabelText("名称"), { target: { value: "上传时写的" } });
  finish();
  await screen.findByRole("link", { name: "已上传的文件" });
  expect(now).toEqual({ name: "上传时写的", licence: "f1" });
});
