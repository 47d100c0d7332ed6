import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Refusal } from "../shared/api/client";

/** What is shown changes a few times a day; a minute old is fresh enough to look at. */
const fresh = 60_000;

/** Asks again once when the fault may pass; a refusal of the request itself will not. */
export function queryClient(): QueryClient {
  // A session that ended shows in the first refused request; who I am is then asked anew.
  const onError = (fault: Error): void => {
    if (fault instanceof Refusal && fault.status === 401) void client.invalidateQueries({ queryKey: ["me"] });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: fresh,
        retry: (failed, fault) => failed < 1 && !(fault instanceof Refusal && fault.status < 500),
        retryDelay: 600,
      },
      // Offline, a write says so at once: it must not go out later unasked.
      mutations: { networkMode: "always" },
    },
  });
  return client;
}
