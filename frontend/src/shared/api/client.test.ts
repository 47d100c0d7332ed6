import { afterEach, expect, it, vi } from "vitest";
import { api, read, Refusal, Unreachable } from "./client";

afterEach(() => {
  vi.unstubAllGlobals();
});

function answering(make: () => Promise<Response>): void {
  vi.stubGlobal("fetch", vi.fn(make));
}

const ask = (): Promise<unknown> => read(api.GET("/api/v1/fee-standards"));

it("gives the body of a good answer", async () => {
  answering(() => Promise.resolve(Response.json({ items: [], total: 0 })));
  await expect(ask()).resolves.toEqual({ items: [], total: 0 });
});

it("throws what a problem says, with the number to quote", async () => {
  const problem = { type: "urn:zjcs:problem:unavailable", title: "暂时不能提供", status: 503, detail: "处理超时，请稍后再试", requestId: "abc12345" };
  answering(() => Promise.resolve(Response.json(problem, { status: 503, headers: { "content-type": "application/problem+json" } })));
  const fault = await ask().catch((e: unknown) => e);
  expect(fault).toBeInstanceOf(Refusal);
  expect(fault).toMatchObject({ status: 503, message: problem.detail, requestId: "abc12345" });
});

it("survives an error page that is not a problem", async () => {
  answering(() => Promise.resolve(new Response("<html>bad gateway</html>", { status: 502 })));
  await expect(ask()).rejects.toMatchObject({ name: "Refusal", status: 502 });
});

it("tells a dead network from a refusal", async () => {
  answering(() => Promise.reject(new TypeError("Failed to fetch")));
  await expect(ask()).rejects.toBeInstanceOf(Unreachable);
});

it("does not mistake an abort for a dead network", async () => {
  answering(() => Promise.reject(new DOMException("aborted", "AbortError")));
  await expect(ask()).rejects.toMatchObject({ name: "AbortError" });
});
