import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../../shared/api/client";
import type { components } from "../../../../shared/api/schema";

export type Item = components["schemas"]["ItemSummary"];

const pageSize = 100;

/** The catalogue to choose from, a few hundred items; the same reading as the catalogue check's. */
export function useItems(): UseQueryResult<Item[]> {
  return useQuery({ queryKey: ["service-items"], queryFn: ({ signal }) => everyItem(signal) });
}

async function everyItem(signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { limit: pageSize } : { limit: pageSize, cursor };
    const page = await read(api.GET("/api/v1/service-items", { params: { query }, signal }));
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}
