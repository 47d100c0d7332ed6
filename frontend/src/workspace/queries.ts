import { QueryClient } from "@tanstack/react-query";
import { Refusal } from "../shared/api/client";

/** Public data changes a few times a day; a minute old is fresh enough to look at. */
const fresh = 60_000;

/** Asks again once when the fault may pass; a refusal of the request itself will not. */
export function queryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: fresh,
        retry: (failed, fault) => failed < 1 && !(fault instanceof Refusal && fault.status < 500),
        retryDelay: 600,
      },
    },
  });
}
