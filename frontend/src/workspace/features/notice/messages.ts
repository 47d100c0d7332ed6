import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult } from "@tanstack/react-query";
import { api, done, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Message = components["schemas"]["Received"];
type Page = components["schemas"]["ReceivedPage"];

export function useMessages(unread: boolean): UseInfiniteQueryResult<InfiniteData<Page>> {
  return useInfiniteQuery({
    queryKey: ["messages", "list", unread],
    staleTime: 15_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 20, ...(unread ? { unread } : {}), ...(pageParam === "" ? {} : { cursor: pageParam }) };
      return read(api.GET("/api/v1/messages", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.nextCursor,
  });
}

/** Marks one as read, or, without an id, all. */
export function useMarkRead(): UseMutationResult<void, Error, string | undefined> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | undefined) =>
      id === undefined ? done(api.PUT("/api/v1/messages/read")) : done(api.PUT("/api/v1/messages/{id}/read", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["messages"] }),
  });
}

/** A link of a message leads to a screen of the workspace, written as a path of the site. */
export function screenOf(link: string): string {
  return link.replace(/^\/workspace(?=\/|$)/, "") || "/";
}
