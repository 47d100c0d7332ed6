/** Where to go after signing in: a path of the workspace, never another site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])/.test(next) && !/^\/(login|register)\b/.test(next) ? next : "/";
}
