import { useQueries } from "@tanstack/react-query";
import { api, read } from "../../shared/api/client";
import { may, mayPrepare, mayReview, type Me } from "./me";

/** What waits for someone: papers to mend or finish, papers to decide, messages unread. */
export interface Counts {
  returned: number;
  drafts: number;
  queue: number;
  unread: number;
}

/** Half a minute: a colleague may have taken one meanwhile. */
const fresh = 30_000;

async function counted(view: "mine" | "queue", state: string, signal: AbortSignal): Promise<number> {
  const query = { view, limit: 1, ...(state === "" ? {} : { state }) };
  const page = await read(api.GET("/api/v1/submissions", { params: { query }, signal }));
  return page.total;
}

/** Counts of one reading; undefined while one is still unknown. */
export function useCounts(me: Me): Counts | undefined {
  const officer = mayReview(me);
  const mine = may(me, "submission:read-own") || mayPrepare(me);
  const none = (): Promise<number> => Promise.resolve(0);
  const [returned, drafts, queue, unread] = useQueries({
    queries: [
      { queryKey: ["submissions", "count", "returned"], staleTime: fresh, queryFn: ({ signal }) => (mine ? counted("mine", "returned", signal) : none()) },
      { queryKey: ["submissions", "count", "draft"], staleTime: fresh, queryFn: ({ signal }) => (mine ? counted("mine", "draft", signal) : none()) },
      { queryKey: ["submissions", "count", "queue"], staleTime: fresh, queryFn: ({ signal }) => (officer ? counted("queue", "", signal) : none()) },
      {
        queryKey: ["messages", "count"],
        staleTime: fresh,
        queryFn: async ({ signal }) => (await read(api.GET("/api/v1/messages/count", { signal }))).unread,
      },
    ],
  });
  if (returned.data === undefined || drafts.data === undefined || queue.data === undefined || unread.data === undefined) return undefined;
  return { returned: returned.data, drafts: drafts.data, queue: queue.data, unread: unread.data };
}

/** How many things are to be done today; a message read elsewhere is not work. */
export function waiting(counts: Counts): number {
  return counts.returned + counts.drafts + counts.queue;
}
