import { useSearchParams } from "react-router";
import { states, type Filter, type View } from "./submissions";

const views: readonly View[] = ["mine", "queue", "all"];

/** The list's filter stands in the address: it can be shared, and the back button undoes it. */
export function useListFilter(otherwise: View): [Filter, (change: Partial<Filter>) => void] {
  const [params, setParams] = useSearchParams();
  const view = views.find((v) => v === params.get("view")) ?? otherwise;
  const state = states.find((s) => s.value === params.get("state"))?.value ?? "";
  const filter: Filter = { view, state, kind: params.get("kind") ?? "", q: params.get("q") ?? "" };
  const change = (next: Partial<Filter>): void => {
    const all = Object.entries({ ...filter, ...next }).filter(([, v]) => v !== "");
    setParams(Object.fromEntries(all), { replace: !("view" in next) });
  };
  return [filter, change];
}
