import { useQueries } from "@tanstack/react-query";
import { api, read } from "../../shared/api/client";
import { may, mayPrepare, mayReview, type Me } from "./me";

/** What waits for someone: papers to mend or finish, papers to decide, messages unread. */
export interface Counts {
  returned: number;
  drafts: number;
  queue: number;
  unread: number;
  /** Procurements that wait for an act of someone, on whatever sides he is. */
  procurements: number;
}

/** Half a minute: a colleague may have taken one meanwhile. */
const fresh = 30_000;

async function counted(view: "mine" | "queue", state: string, signal: AbortSignal): Promise<number> {
  const query = { view, limit: 1, ...(state === "" ? {} : { state }) };
  const page = await read(api.GET("/api/v1/submissions", { params: { query }, signal }));
  return page.total;
}

/** The sides on which a procurement may wait for someone. */
const sides = [
  ["procurement:run", "purchaser"],
  ["bid:submit", "bids"],
  ["panel:score", "panel"],
  ["procurement:operate", "operator"],
  ["commitment:give", "commit"],
] as const;

async function procurementsOf(me: Me, signal: AbortSignal): Promise<number> {
  const totals = sides
    .filter(([permission]) => may(me, permission))
    .map(async ([, view]) => (await read(api.GET("/api/v1/my/procurements", { params: { query: { view, waiting: true, limit: 1 } }, signal }))).total);
  return (await Promise.all(totals)).reduce((sum, n) => sum + n, 0);
}

/** Counts of one reading; undefined while one is still unknown. */
export function useCounts(me: Me): Counts | undefined {
  const officer = mayReview(me);
  const mine = may(me, "submission:read-own") || mayPrepare(me);
  const none = (): Promise<number> => Promise.resolve(0);
  const [returned, drafts, queue, unread, procurements] = useQueries({
    queries: [
      { queryKey: ["submissions", "count", "returned"], staleTime: fresh, queryFn: ({ signal }) => (mine ? counted("mine", "returned", signal) : none()) },
      { queryKey: ["submissions", "count", "draft"], staleTime: fresh, queryFn: ({ signal }) => (mine ? counted("mine", "draft", signal) : none()) },
      { queryKey: ["submissions", "count", "queue"], staleTime: fresh, queryFn: ({ signal }) => (officer ? counted("queue", "", signal) : none()) },
      {
        queryKey: ["messages", "count"],
        staleTime: fresh,
        queryFn: async ({ signal }) => (await read(api.GET("/api/v1/messages/count", { signal }))).unread,
      },
      { queryKey: ["procurements", "count"], staleTime: fresh, queryFn: ({ signal }) => procurementsOf(me, signal) },
    ],
  });
  if (returned.data === undefined || drafts.data === undefined || queue.data === undefined || unread.data === undefined || procurements.data === undefined) return undefined;
  return { returned: returned.data, drafts: drafts.data, queue: queue.data, unread: unread.data, procurements: procurements.data };
}

/** How many things are to be done today; a message read elsewhere is not work. */
export function waiting(counts: Counts): number {
  return counts.returned + counts.drafts + counts.queue + counts.procurements;
}
