import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Item = components["schemas"]["ItemSummary"];

/** The largest page the API gives. */
const pageSize = 100;

/**
 * The whole catalogue, a few hundred items. Figures and list are made from one
 * reading, so a figure and the list it leads to cannot disagree.
 */
export function useCatalogue(): UseQueryResult<Item[]> {
  return useQuery({ queryKey: ["service-items"], queryFn: ({ signal }) => wholeCatalogue(signal) });
}

async function wholeCatalogue(signal: AbortSignal): Promise<Item[]> {
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
