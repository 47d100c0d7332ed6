import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { TextField } from "./fields";
import { useWanting } from "./useWanting";

afterEach(cleanup);

function Form({ done }: { done: () => void }) {
  const [name, setName] = useState("");
  const [why, setWhy] = useState("");
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ name: name === "" && "写名称", why: why.length < 5 && "写明原因，5 字以上" });
  return (
    <div ref={box}>
      <TextField label="名称" value={name} change={setName} fault={wanting.name} />
      <TextField label="原因" value={why} change={setWhy} fault={wanting.why} />
      <button onClick={() => { if (complete()) done(); }}>办理</button>
    </div>
  );
}

it("is silent until asked, then names what is missing, leads to the first, and lets go when all is there", () => {
  const done = vi.fn();
  render(<Form done={done} />);
  fireEvent.change(screen.getByLabelText("名称"), { target: { value: "某项目" } });
  expect(screen.queryByText("写明原因，5 字以上")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "办理" }));
  expect(done).not.toHaveBeenCalled();
  expect(screen.queryByText("写名称")).toBeNull();
  expect(screen.getByText("写明原因，5 字以上")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("原因"));
  fireEvent.change(screen.getByLabelText("原因"), { target: { value: "资金来源变化" } });
  fireEvent.click(screen.getByRole("button", { name: "办理" }));
  expect(done).toHaveBeenCalledOnce();
});
