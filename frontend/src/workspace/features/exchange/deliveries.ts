import { useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { sendForm } from "../../frame/upload";

export type Delivery = components["schemas"]["Delivery"];
export type Preview = components["schemas"]["Preview"];
type Page = components["schemas"]["DeliveryPage"];

export const kinds: readonly { value: Delivery["kind"]; words: string; note: string }[] = [
  { value: "items", words: "服务事项", note: "事项清单" },
  { value: "agencies", words: "中介机构", note: "机构、资质和执业人员" },
  { value: "experts", words: "专家", note: "专家库名单" },
  { value: "penalties", words: "行政处罚", note: "成为待核对的信用记录" },
];

export const stateTone: Record<Delivery["state"], "default" | "processing" | "success" | "error" | "warning"> = {
  reading: "processing",
  ready: "warning",
  refused: "error",
  importing: "processing",
  done: "success",
  failed: "error",
  expired: "default",
};

/** Under way: the server is at work and the page looks again by itself. */
export function underWay(d: Delivery): boolean {
  return d.state === "reading" || d.state === "importing";
}

export function useDeliveries(): UseInfiniteQueryResult<InfiniteData<Page>> {
  return useInfiniteQuery({
    queryKey: ["deliveries"],
    staleTime: 5_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read(api.GET("/api/v1/deliveries", { params: { query: { limit: 20, ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function useDelivery(id: string): UseQueryResult<Delivery> {
  return useQuery<Delivery>({
    queryKey: ["delivery", id],
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data !== undefined && underWay(state.data) ? 1_000 : false),
    queryFn: ({ signal }) => read(api.GET("/api/v1/deliveries/{id}", { params: { path: { id } }, signal })),
  });
}

/** Hands in a table; nothing is written yet. */
export function handIn(kind: string, source: string, file: File, progress: (share: number) => void): Promise<Delivery> {
  const form = new FormData();
  form.append("kind", kind);
  form.append("source", source);
  form.append("file", file);
  return sendForm<Delivery>("/api/v1/deliveries", form, progress);
}
